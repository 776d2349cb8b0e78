import type { Queryable } from '../../platform/db/connect.ts';

/** The columns of an `Operator`, from `operators o`. */
export const operatorColumns = (db: Queryable) =>
  db`o.id, o.email, o.name, o.role, o.mailbox_ids, o.active, o.created_at,
    array(select team_id from team_members where operator_id = o.id and leads order by team_id) as led_team_ids`;
