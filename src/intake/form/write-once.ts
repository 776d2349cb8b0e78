import { createHash, randomUUID } from 'node:crypto';
import type { IntakeMailbox } from '../../mailboxes/mailbox.ts';
import type { Requester } from '../../people/access/actor.ts';
import { idempotencyMismatch } from '../../platform/idempotency/idempotency.ts';
import { DAY } from '../../platform/time.ts';
import type { ReceiveDeps } from '../filing/receive-batch.ts';
import { fileWritten } from './file-written.ts';
import { REQUESTER_LABEL } from './form.ts';
import { writeMail, type Writing } from './write-mail.ts';
import { findKey, findPlace, keepKey, type KeptCall } from './written-queries.ts';

const KEPT_MS = DAY;

/** Where a requester finds their words; null while a rule of the mailbox keeps them for a person to look at. */
export type Placed = { readonly requestId: number; readonly messageId: number } | null;

/** What is written where, once it is known to be right. */
export type ToWrite = { readonly mailbox: IntakeMailbox; readonly writing: Omit<Writing, 'from'> };

/**
 * Files a requester's words as an email of theirs, and for each Idempotency-Key once within 24 hours, also of several calls at
 * once. Another call with a kept key is refused. `check` says what is to be written, or throws.
 */
export async function writeOnce(
  deps: ReceiveDeps,
  { email, name }: Requester,
  call: { readonly key: string | undefined; readonly said: readonly unknown[] },
  check: () => Promise<ToWrite>,
): Promise<Placed> {
  const at = deps.clock.now();
  const since = new Date(at.getTime() - KEPT_MS);
  const callHash = createHash('sha256').update(JSON.stringify(call.said)).digest('hex');
  const kept = async (key: string): Promise<KeptCall | null> => {
    const found = await findKey(deps.db, { email, key }, since);
    if (found === null || found.callHash === callHash) return found;
    throw idempotencyMismatch();
  };
  const { key } = call;
  const earlier = key === undefined ? null : await kept(key);
  const filed = earlier === null ? null : await findPlace(deps.db, earlier);
  if (filed !== null) return filed;
  const { mailbox, writing } = await check();
  const raw = await writeMail(mailbox, { ...writing, from: { name, address: email } }, at);
  let made: KeptCall = { callHash, mailboxId: mailbox.id, sourceId: `form-${randomUUID()}` };
  if (key !== undefined) {
    await keepKey(deps.db, { email, key, ...made }, { since, at });
    made = (await kept(key)) ?? made;
  }
  await fileWritten(deps, mailbox, { raw, id: made.sourceId, labels: [REQUESTER_LABEL] });
  return findPlace(deps.db, made);
}
