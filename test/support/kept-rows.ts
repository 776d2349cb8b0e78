import type postgres from 'postgres';

type Kept = { readonly name: string; readonly columns: string };

/**
 * Keeps every row and count of a test database, in temporary tables, and answers what puts them back into tables that are
 * empty: a desk that takes forty calls to make is made once, not before each test. `asleep` is a connection whose triggers and
 * foreign keys are off, and the same each time; `place` names what is kept, of several.
 */
export async function keepRows(asleep: postgres.Sql, place: string): Promise<() => Promise<void>> {
  // A generated column cannot be filled; it fills itself.
  const all = await asleep<Kept[]>`
    select relname as name, string_agg(quote_ident(attname), ', ' order by attnum) as columns
    from pg_class join pg_attribute on attrelid = pg_class.oid
    where relnamespace = 'public'::regnamespace and relkind = 'r' and relname <> 'schema_migrations'
      and attnum > 0 and not attisdropped and attgenerated = ''
    group by relname`;
  const filled = await filledOf(asleep, all);
  const tables = all.filter(({ name }) => filled.has(name));
  const copy = (name: string) => `"${place}_${name}"`;
  const counts = await asleep<{ name: string; value: string }[]>`
    select sequencename as name, last_value::text as value
    from pg_sequences
    where schemaname = 'public' and last_value is not null`;
  const statements = [
    ...tables.map(
      ({ name, columns }) =>
        `insert into public."${name}" (${columns}) overriding system value select ${columns} from pg_temp.${copy(name)};`,
    ),
    ...counts.map(({ name, value }) => `perform setval('public.${name}', ${value});`),
  ];
  // A function, which keeps its plans from one test to the next.
  const putBack = `pg_temp.put_back_${place}()`;
  await asleep
    .unsafe(
      [
        ...tables.map(({ name }) => `create temporary table ${copy(name)} as table public."${name}"`),
        `create function ${putBack} returns void language plpgsql as $$ begin ${statements.join(' ')} end $$`,
      ].join(';'),
    )
    .simple();
  return async () => {
    await asleep.unsafe(`select ${putBack}`).simple();
  };
}

async function filledOf(asleep: postgres.Sql, tables: readonly Kept[]): Promise<Set<string>> {
  const asked = tables.map(
    ({ name }) => `select '${name}' as name where exists (select from public."${name}")`,
  );
  const rows = await asleep.unsafe<{ name: string }[]>(asked.join(' union all '));
  return new Set(rows.map(({ name }) => name));
}
