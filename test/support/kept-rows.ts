import type { Db } from '../../src/platform/db/connect.ts';

type Kept = { readonly name: string; readonly columns: string };

/**
 * Keeps every row and count of a test database, in a schema of their own, and answers what puts them back into tables that
 * are empty: a desk that takes forty calls to make is made once, not before each test.
 */
export async function keepRows(db: Db, place = 'kept'): Promise<() => Promise<void>> {
  await db.unsafe(`drop schema if exists ${place} cascade; create schema ${place}`).simple();
  // A generated column cannot be filled; it fills itself.
  const all = await db<Kept[]>`
    select relname as name, string_agg(quote_ident(attname), ', ' order by attnum) as columns
    from pg_class join pg_attribute on attrelid = pg_class.oid
    where relnamespace = 'public'::regnamespace and relkind = 'r' and relname <> 'schema_migrations'
      and attnum > 0 and not attisdropped and attgenerated = ''
    group by relname`;
  const filled = await filledOf(db, all);
  const tables = all.filter(({ name }) => filled.has(name));
  const copies = tables.map(({ name }) => `create table ${place}."${name}" as table public."${name}"`);
  await db.unsafe(copies.join(';')).simple();
  const counts = await db<{ name: string; value: string }[]>`
    select sequencename as name, last_value::text as value
    from pg_sequences
    where schemaname = 'public' and last_value is not null`;
  const statements = [
    'set local session_replication_role = replica',
    ...tables.map(
      ({ name, columns }) =>
        `insert into public."${name}" (${columns}) overriding system value select ${columns} from ${place}."${name}"`,
    ),
    ...counts.map(({ name, value }) => `select setval('public.${name}', ${value})`),
  ].join(';');
  return async () => {
    await db.begin((tx) => tx.unsafe(statements).simple());
  };
}

async function filledOf(db: Db, tables: readonly Kept[]): Promise<Set<string>> {
  const asked = tables.map(
    ({ name }) => `select '${name}' as name where exists (select from public."${name}")`,
  );
  const rows = await db.unsafe<{ name: string }[]>(asked.join(' union all '));
  return new Set(rows.map(({ name }) => name));
}
