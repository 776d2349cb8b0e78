import type { Queryable } from '../../platform/db/connect.ts';

/** The columns of an `Operator`, from `operators o`. */
export const operatorColumns = (db: Queryable) =>
  db`o.id, o.email, o.name, o.role, o.mailbox_ids, o.active, o.created_at`;
