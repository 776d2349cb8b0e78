import type { Queryable } from '../../platform/db/connect.ts';
import type { OutgoingContext } from '../../outbox/writing/outgoing-context.ts';
import { listShownFields } from '../fields/find-field.ts';
import { cannedValues } from './canned-values.ts';
import { CANNED_VARIABLES, fillText } from './fill-text.ts';
import { findCannedRow } from './queries.ts';

/** What an automatic answer has no value for: nobody writes it. */
const NOT_KNOWN = 'operator.name';

type AnswerPlace = { readonly cannedReplyId: number; readonly mailboxId: number };

/** Why a canned reply cannot be an automatic answer of a mailbox; null when it can. */
export async function answerFault(db: Queryable, of: AnswerPlace): Promise<string | null> {
  const answer = await readAnswer(db, of);
  return 'fault' in answer ? answer.fault : null;
}

/** A canned reply's text for a request, as nobody in particular says it. Throws for one that cannot be said so. */
export async function fillForRule(
  db: Queryable,
  cannedReplyId: number,
  context: OutgoingContext,
): Promise<string> {
  const answer = await readAnswer(db, { cannedReplyId, mailboxId: context.mailbox.id });
  if ('fault' in answer) throw new Error(`canned reply ${cannedReplyId} ${answer.fault}`);
  return fillText(answer.text, cannedValues(context)).text;
}

async function readAnswer(
  db: Queryable,
  { cannedReplyId, mailboxId }: AnswerPlace,
): Promise<{ readonly text: string } | { readonly fault: string }> {
  // Of the mailbox or the desk: an operator's own is nobody else's.
  const canned = await findCannedRow(db, { operatorId: 0, mailboxIds: [mailboxId] }, cannedReplyId);
  if (canned === null) return { fault: 'is not a canned reply of this mailbox or of the desk' };
  const { text } = canned;
  const fields = await listShownFields({ db }, mailboxId);
  const names = [...CANNED_VARIABLES, ...fields.map(({ key }) => `fields.${key}`)];
  const known = names.filter((name) => name !== NOT_KNOWN);
  const [unfilled] = fillText(text, Object.fromEntries(known.map((name) => [name, 'x']))).unfilled;
  return unfilled === undefined
    ? { text }
    : { fault: `names ${unfilled}, which an automatic answer does not know` };
}
