import { asciiAddress } from '../../mail/headers/ascii-address.ts';
import type { Language } from '../../mail/language.ts';
import { cleanLine, shorten } from '../../mail/text.ts';
import { type IntakeMailbox, isOwnAddress } from '../../mailboxes/mailbox.ts';
import { findFormMailbox } from '../../mailboxes/settings/find-form-mailbox.ts';
import type { OutboxDeps } from '../../outbox/deps.ts';
import { queueDeskMail } from '../../outbox/desk-mail/queue-desk-mail.ts';
import type { PostedFile } from '../../platform/files/posted-file.ts';
import type { FieldChanges } from '../../requests/fields/field.ts';
import { ownSubject, ownText } from '../../requests/own/own-words.ts';
import { checkOwnValues } from '../../requests/own/own-fields.ts';
import { isPageOnly } from '../../people/requesters/page-only.ts';
import { ADVISORY_KEYS } from '../../platform/db/advisory-keys.ts';
import { invalidField, notFound, Problem } from '../../platform/problems.ts';
import { DAY, HOUR } from '../../platform/time.ts';
import { countPosts, deletePosts, insertPost, lockPosts, type PostCounts } from './form-queries.ts';
import { networkOf } from './network.ts';
import { writeMail } from './write-mail.ts';
import { deleteKeys } from './written-queries.ts';

/** What strangers may post, counted over every process. */
export const FORM_LIMITS = {
  withinMs: HOUR,
  perAddress: 5,
  perNetwork: 20,
  /** Of all that waits for its confirmation. */
  waitingBytes: 512 * 1024 * 1024,
} as const;

const HOLDS_MS = DAY;
const EXCERPT_LENGTH = 2000;

export type FormInput = {
  readonly mailbox: string;
  readonly email: string;
  readonly name: string;
  readonly subject: string;
  readonly text: string;
  readonly fields?: FieldChanges | undefined;
  readonly files: readonly PostedFile[];
  readonly language: Language;
  /** The caller's address on the network. */
  readonly from: string;
};

/** The mailbox whose form a visitor opens; one without a form is not there. */
export async function findForm(deps: Pick<OutboxDeps, 'db'>, address: string): Promise<IntakeMailbox> {
  const mailbox = await findFormMailbox(deps.db, address);
  if (mailbox === null) throw notFound('form for', address);
  return mailbox;
}

/** Refuses a network that has posted too often, before anything of a further post is read. */
export async function ensureMayPost(deps: Pick<OutboxDeps, 'db' | 'clock'>, from: string): Promise<void> {
  const since = new Date(deps.clock.now().getTime() - FORM_LIMITS.withinMs);
  ensureWithin(await countPosts(deps.db, { email: '', network: networkOf(from), since }));
}

/**
 * Keeps what a visitor wrote and mails a link to the address they gave. Nobody of the desk sees it, and nothing is filed, before
 * somebody has pressed the button behind that link.
 */
export async function postForm(
  deps: Pick<OutboxDeps, 'db' | 'clock' | 'wakeDeliveries'>,
  input: FormInput,
): Promise<{ readonly email: string }> {
  const mailbox = await findForm(deps, input.mailbox);
  const email = asciiAddress(input.email.trim());
  if (email === null || isPageOnly(email) || isOwnAddress(mailbox, email))
    throw invalidField('/email', 'is not an address that a link can be mailed to');
  const subject = ownSubject(input.subject);
  const text = ownText(input.text);
  const name = shorten(cleanLine(input.name), 200);
  const { files, language } = input;
  const network = networkOf(input.from);
  const at = deps.clock.now();
  const values = await checkOwnValues(deps, mailbox.id, input.fields);
  const written = { from: { name, address: email }, subject, text, files, values, replyTag: null };
  const raw = await writeMail(mailbox, written, at);
  const since = new Date(at.getTime() - FORM_LIMITS.withinMs);
  const worthUntil = new Date(at.getTime() + HOLDS_MS);
  await deps.db.begin(async (tx) => {
    await lockPosts(tx, ADVISORY_KEYS.formPosts);
    ensureWithin(await countPosts(tx, { email, network, since }));
    const post = { mailboxId: mailbox.id, email, name, network, language, subject, raw };
    const excerpt = shorten(text, EXCERPT_LENGTH);
    const aboutId = await insertPost(tx, { ...post, excerpt, postedAt: at, expiresAt: worthUntil });
    const mail = { kind: 'form_confirm', mailboxId: mailbox.id, aboutId, at, worthUntil } as const;
    await queueDeskMail(tx, { ...mail, to: [{ name: '', address: email }] });
  });
  deps.wakeDeliveries();
  return { email };
}

/**
 * Deletes what nobody has confirmed within a day, what was confirmed before, and the keys of requesters' calls that are as old.
 * Returns how many posts there were.
 */
export async function forgetFormPosts(deps: Pick<OutboxDeps, 'db' | 'clock'>): Promise<number> {
  const upTo = new Date(deps.clock.now().getTime() - HOLDS_MS);
  await deleteKeys(deps.db, upTo);
  return deletePosts(deps.db, upTo);
}

function ensureWithin({ ofAddress, ofNetwork, waitingBytes }: PostCounts): void {
  const { perAddress, perNetwork, withinMs } = FORM_LIMITS;
  if (ofAddress >= perAddress || ofNetwork >= perNetwork) {
    throw new Problem(
      'too_many_attempts',
      'Too much was posted from here, or for this address, within an hour.',
      {
        retryAfterSeconds: withinMs / 1000,
      },
    );
  }
  if (waitingBytes >= FORM_LIMITS.waitingBytes)
    throw new Problem('busy', 'Too much waits for its confirmation.', { retryAfterSeconds: 600 });
}
