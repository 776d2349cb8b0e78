import type { Db } from '../../src/platform/db/connect.ts';
import type { Role } from '../../src/people/access/actor.ts';
import { type CallOptions, testApp, testOperator } from './app.ts';
import { insertInbound, insertRequest, testDesk } from './desk.ts';

/** A desk where the caller has a request of their own, somebody else another, and a third is nobody's. */
export async function rolesDesk(db: Db, role: Role) {
  const made = testApp(db);
  const me = await testOperator(made.deps, { name: 'Me', role });
  const { other, ...found } = await testDesk(made.deps, ['Other']);
  const [free, mine, others] = [await opened(db, found), await opened(db, found), await opened(db, found)];
  await db`update requests set status = 'in_progress', assignee_id = ${me.id} where id = ${mine.id}`;
  await db`update requests set status = 'in_progress', assignee_id = ${other.id} where id = ${others.id}`;
  const call = (method: string, path: string, body?: unknown, options: CallOptions = {}) =>
    made.call(method, path, { token: me.token, body, ...options });
  return { ...made, ...found, me, other, free, mine, others, call };
}
export type RolesDesk = Awaited<ReturnType<typeof rolesDesk>>;

/** A request with two messages of its contact. */
export async function opened(db: Db, found: { readonly mailboxId: number; readonly contactId: number }) {
  const id = await insertRequest(db, found);
  const { messageId } = await insertInbound(db, found, id);
  await insertInbound(db, found, id);
  return { id, messageId, path: `/v1/requests/${id}` };
}
