import { randomUUID } from 'node:crypto';
import type { OutboxDeps } from '../../../outbox/deps.ts';
import { refusalIn } from '../../../outbox/smtp/smtp.ts';
import { composeDeskMail } from '../../../mail/outgoing/compose-desk-mail.ts';
import { generateToken, tokenHash } from '../../../people/credentials/token-secret.ts';
import { claimDueLinks, type DueLink, listSenders, markLinkMade, markLinkSent } from './queries.ts';

export type SendLinksDeps = Pick<OutboxDeps, 'db' | 'clock' | 'log' | 'transports' | 'publicUrl'>;

const MINUTE = 60_000;
export const LINK_HOLDS_MS = 15 * MINUTE;
const RETRY_AFTER_MS = MINUTE;
const SEND_WITHIN_MS = 50_000;

/**
 * Mails the sign-in links that were asked for; returns how many left. What fails is tried again each minute for a quarter
 * of an hour, with a new secret: only hashes are kept. Any number of processes may run it at once.
 */
export async function sendSignInLinks(deps: SendLinksDeps, signal?: AbortSignal): Promise<number> {
  const now = deps.clock.now();
  const due = await claimDueLinks(deps.db, now, {
    until: new Date(now.getTime() + RETRY_AFTER_MS),
    notBefore: new Date(now.getTime() - LINK_HOLDS_MS),
  });
  let sent = 0;
  for (const link of due) if (await sendOne(deps, link, signal)) sent += 1;
  return sent;
}

async function sendOne(
  deps: SendLinksDeps,
  link: DueLink,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const sender = await findSender(deps);
  if (sender === null) {
    deps.log.error({ linkId: link.id }, 'a sign-in link waits: no mailbox has an SMTP account');
    return false;
  }
  const secret = generateToken();
  const hash = tokenHash(secret);
  if (hash === null) throw new Error('a generated secret has no hash');
  const now = deps.clock.now();
  await markLinkMade(deps.db, link.id, hash, new Date(now.getTime() + LINK_HOLDS_MS));
  const timeout = AbortSignal.timeout(SEND_WITHIN_MS);
  const refusal = refusalIn(
    await sender.transport.send(
      await mimeOf(deps, sender, link, secret, now),
      { from: sender.address, to: [link.email] },
      signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    ),
  );
  if (refusal !== null) {
    deps.log.error(
      { linkId: link.id, reply: refusal },
      'a sign-in link could not be sent; it is tried again',
    );
    return false;
  }
  await markLinkSent(deps.db, link.id, deps.clock.now());
  return true;
}

async function findSender(deps: SendLinksDeps) {
  for (const mailbox of await listSenders(deps.db)) {
    const account = await deps.transports.for(mailbox.id);
    if (account !== null) return { ...mailbox, transport: account.transport };
  }
  return null;
}

function mimeOf(
  deps: SendLinksDeps,
  sender: { readonly address: string; readonly name: string },
  link: DueLink,
  secret: string,
  now: Date,
): Promise<Buffer> {
  const url = `${deps.publicUrl}/sign-in?token=${secret}`;
  return composeDeskMail({
    internetMessageId: `<${randomUUID()}@${sender.address.slice(sender.address.lastIndexOf('@') + 1)}>`,
    date: now,
    from: { name: sender.name, address: sender.address },
    to: { name: link.name, address: link.email },
    subject: 'Your sign-in link',
    text:
      `Hello ${link.name},\n\nopen this page and press its button to sign in to Mailroom:\n\n${url}\n\n` +
      'It works once, within 15 minutes. If you did not ask for it, there is nothing to do.\n',
  });
}
