import type { Db } from '../../src/platform/db/connect.ts';

/** The schema as text, a line a column, constraint, index, trigger, domain, view and function: the same schema gives the same text. */
export async function schemaDump(db: Db): Promise<string> {
  const rows = await db<{ line: string }[]>`
    with tables as (
      select oid, relname from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'r' and relname <> 'schema_migrations'
    )
    select line
    from (
      select relname as place, 1 as part, format('%s.%s %s%s%s%s', relname, attname, format_type(atttypid, atttypmod),
          case when attnotnull then ' not null' end, case attidentity when 'a' then ' identity' end,
          ' default ' || pg_get_expr(adbin, adrelid)) as line
      from tables
      join pg_attribute on attrelid = tables.oid and attnum > 0 and not attisdropped
      left join pg_attrdef on adrelid = attrelid and adnum = attnum
      union all
      select relname, 2, format('%s: %s %s', relname, conname, pg_get_constraintdef(pg_constraint.oid))
      from tables
      join pg_constraint on conrelid = tables.oid and contype <> 'n'
      union all
      select relname, 3, pg_get_indexdef(indexrelid)
      from tables
      join pg_index on indrelid = tables.oid
      union all
      select relname, 4, pg_get_triggerdef(pg_trigger.oid)
      from tables
      join pg_trigger on tgrelid = tables.oid and not tgisinternal
      union all
      select '~' || proname, 5, pg_get_functiondef(oid)
      from pg_proc
      where pronamespace = 'public'::regnamespace
      union all
      select '~' || typname, 6, format('domain %s: %s', format_type(contypid, null), pg_get_constraintdef(pg_constraint.oid))
      from pg_constraint
      join pg_type on pg_type.oid = contypid
      union all
      select '~' || relname, 7, format('view %s: %s', relname, pg_get_viewdef(oid))
      from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'v') as each
    order by place collate "C", part, line collate "C"`;
  return `${rows.map(({ line }) => line.trimEnd()).join('\n')}\n`;
}
