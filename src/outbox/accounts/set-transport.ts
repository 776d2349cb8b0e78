import type { OutboxDeps } from '../deps.ts';
import { lockVisibleMailbox } from '../../mailboxes/settings/lock-visible-mailbox.ts';
import type { Actor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { invalidField } from '../../platform/problems.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { accountName, type OAuthSettings } from '../smtp/smtp-server.ts';
import { deleteTransport, upsertTransport } from './transport-queries.ts';

export type SetTransport = {
  readonly mailboxId: number;
  /** `smtps://user:password@host:465` or `smtp://…:587`. */
  readonly url: string;
  readonly oauth: OAuthSettings | null;
  readonly dailyLimit: number | null;
};

/** Gives a mailbox an SMTP account of its own, from the next mail on; what is stored of it is sealed. */
export async function setTransport(
  deps: Pick<OutboxDeps, 'db' | 'clock' | 'keyring' | 'wakeDeliveries'>,
  actor: Actor,
  input: SetTransport,
): Promise<void> {
  requirePermission(actor, 'mailboxes.manage');
  const { mailboxId, url, oauth, dailyLimit } = input;
  const fault = urlFault(url, oauth);
  if (fault !== null) throw invalidField('/url', fault);
  const account = accountName(url);
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    await lockVisibleMailbox(tx, actor, mailboxId);
    const sealed = deps.keyring.seal(JSON.stringify({ url, oauth }));
    await upsertTransport(tx, { mailboxId, account, sealed, dailyLimit, updatedAt: at });
    await recordEvent(tx, {
      type: 'mailbox.smtp_set',
      actor,
      at,
      mailboxId,
      requestId: null,
      new: { account, oauth: oauth !== null, dailyLimit },
    });
  });
  deps.wakeDeliveries();
}

/** Takes a mailbox's own SMTP account away: it sends through SMTP_URL again, or waits without one. */
export async function removeTransport(
  deps: Pick<OutboxDeps, 'db' | 'clock'>,
  actor: Actor,
  { mailboxId }: { readonly mailboxId: number },
): Promise<void> {
  requirePermission(actor, 'mailboxes.manage');
  await deps.db.begin(async (tx) => {
    await lockVisibleMailbox(tx, actor, mailboxId);
    const account = await deleteTransport(tx, mailboxId);
    if (account === null) return;
    await recordEvent(tx, {
      type: 'mailbox.smtp_removed',
      actor,
      at: deps.clock.now(),
      mailboxId,
      requestId: null,
      old: { account },
    });
  });
}

function urlFault(text: string, oauth: OAuthSettings | null): string | null {
  if (!URL.canParse(text))
    return 'is no URL such as smtps://user%40example.com:password@smtp.example.com:465';
  const url = new URL(text);
  if (!/^smtps?:$/.test(url.protocol) || url.hostname === '')
    return 'begins with smtp:// or smtps:// and a host';
  if (!isEscaped(url.username) || !isEscaped(url.password)) return 'has a % that starts no escape';
  if (oauth !== null && url.username === '') return 'names no user: signing in by OAuth needs the address';
  if (oauth !== null && url.password !== '') return 'has a password beside OAuth: leave one of them out';
  return null;
}

function isEscaped(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
