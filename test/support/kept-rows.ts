import type { Db } from '../../src/platform/db/connect.ts';

type Kept = { readonly name: string; readonly columns: string };

/**
 * Keeps every row and count of a test database, in a schema of their own, and answers what puts them back into tables that
 * are empty: a desk that takes forty calls to make is made once, not before each test.
 */
export async function keepRows(db: Db): Promise<() => Promise<void>> {
  await db.unsafe('drop schema if exists kept cascade; create schema kept').simple();
  // A generated column cannot be filled; it fills itself.
  const tables = await db<Kept[]>`
    select relname as name, string_agg(quote_ident(attname), ', ' order by attnum) as columns
    from pg_class join pg_attribute on attrelid = pg_class.oid
    where relnamespace = 'public'::regnamespace and relkind = 'r' and relname <> 'schema_migrations'
      and attnum > 0 and not attisdropped and attgenerated = ''
    group by relname`;
  for (const { name } of tables) await db`create table kept.${db(name)} as table public.${db(name)}`;
  const counts = await db<{ name: string; value: string }[]>`
    select sequencename as name, last_value::text as value
    from pg_sequences
    where schemaname = 'public' and last_value is not null`;
  const statements = [
    'set local session_replication_role = replica',
    ...tables.map(
      ({ name, columns }) =>
        `insert into public."${name}" (${columns}) overriding system value select ${columns} from kept."${name}"`,
    ),
    ...counts.map(({ name, value }) => `select setval('public.${name}', ${value})`),
  ].join(';');
  return async () => {
    await db.begin((tx) => tx.unsafe(statements).simple());
  };
}
