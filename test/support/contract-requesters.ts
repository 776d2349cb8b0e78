import type { Db } from '../../src/platform/db/connect.ts';
import { START } from './app.ts';
import { insertInbound, insertMailbox, insertRequest } from './desk.ts';

type Made = Awaited<ReturnType<typeof contractRequesters>> & {
  readonly open: number;
  readonly taken: number;
};

/** A mailbox that takes nothing of Maria's without a look, a request of hers there, and one that she opened on a page and nobody took. */
export async function contractRequesters(
  db: Db,
  place: { readonly mailboxId: number; readonly contactId: number },
) {
  const strictId = await insertMailbox(db, { address: 'strict@desk.example.com', name: 'Strict' });
  await db`update mailboxes set denied_senders = '{example.org}' where id = ${strictId}`;
  const strict = await insertRequest(db, { ...place, mailboxId: strictId });
  const asked = await insertRequest(db, place);
  const attachment = { name: 'virus.txt', contentType: 'text/plain', content: Buffer.from('x') };
  const { messageId, attachmentId } = await insertInbound(db, place, asked, { attachment });
  await db`update attachments set scan = 'held', scan_reason = 'found: Test' where id = ${attachmentId}`;
  await db`
    update intake
    set scan = 'held', scan_reason = 'found: Test'
    where id = (select intake_id from messages where id = ${messageId})`;
  await db`update messages set matched_by = 'requester' where id = ${messageId}`;
  const over = await insertRequest(db, place);
  await db`update requests set status = 'closed', closed_at = ${START} where id = ${over}`;
  return { strict, asked, over, heldFile: attachmentId ?? 0, heldMail: messageId };
}

const NEW = { mailbox: 'support@desk.example.com', subject: 'A call', text: 'It rings.' };
const strange = { body: 'x', headers: { 'content-type': 'application/x-www-form-urlencoded' } };
const large = { 'content-length': '99999999' };

/** A call of each operation for requesters, as Maria, that does its work. */
export const REQUESTER_CALLS = {
  'POST /v1/my-requests': () => ({ body: NEW }),
  'GET /v1/my-requests/{id}': ({ open }: Made) => ({ id: open }),
  'PATCH /v1/my-requests/{id}': ({ asked }: Made) => ({
    id: asked,
    body: { subject: 'Other', text: 'Other.', fields: {} },
  }),
  'POST /v1/my-requests/{id}/withdraw': ({ asked }: Made) => ({ id: asked }),
  'POST /v1/my-requests/{id}/messages': ({ taken }: Made) => ({ id: taken, body: { text: 'Hello?' } }),
  'GET /v1/my-requests/{id}/attachments/{attachmentId}': ({ open }: Made) => ({
    id: open,
    others: { attachmentId: 1 },
  }),
};

/** Calls that are refused, or kept, because of how things stand. */
export const REQUESTER_REFUSALS = {
  'GET /v1/my-requests/{id}/attachments/{attachmentId}': ({ asked, heldFile }: Made) => ({
    409: { id: asked, others: { attachmentId: heldFile } },
  }),
  'POST /v1/my-requests': () => ({
    202: { body: { ...NEW, mailbox: 'strict@desk.example.com' } },
    413: { body: NEW, headers: large },
    415: strange,
  }),
  'PATCH /v1/my-requests/{id}': ({ taken }: Made) => ({ 409: { id: taken, body: { subject: 'Other' } } }),
  'POST /v1/my-requests/{id}/withdraw': ({ taken }: Made) => ({ 409: { id: taken } }),
  'POST /v1/my-requests/{id}/messages': ({ open, strict, over }: Made) => ({
    202: { id: strict, body: { text: 'Hello?' } },
    409: { id: over, body: { text: 'Hello?' } },
    413: { id: open, body: { text: 'x' }, headers: large },
    415: { id: open, ...strange },
  }),
};
