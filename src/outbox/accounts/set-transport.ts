import { isEscaped } from '../../platform/is-escaped.ts';
import type { Transaction } from '../../platform/db/connect.ts';
import type { OutboxDeps } from '../deps.ts';
import { lockVisibleMailbox } from '../../mailboxes/settings/lock-visible-mailbox.ts';
import type { Actor, OperatorActor } from '../../people/access/actor.ts';
import { requirePermission, servesMailbox } from '../../people/access/permissions.ts';
import { invalidField, Problem } from '../../platform/problems.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { accountName } from '../smtp/account-name.ts';
import type { OAuthSettings } from '../smtp/smtp-server.ts';
import type { Served } from './transports.ts';
import {
  deleteServiceTransport,
  deleteTransport,
  type TransportKind,
  upsertServiceTransport,
  upsertTransport,
} from './transport-queries.ts';

export type SetTransport = {
  readonly mailboxId: number;
  /** `smtps://user:password@host:465` or `smtp://…:587`. */
  readonly url: string;
  readonly oauth: OAuthSettings | null;
  readonly dailyLimit: number | null;
};

/** Gives a mailbox its own SMTP account, used from the next message on; its credentials are stored sealed. */
export async function setTransport(
  deps: Pick<OutboxDeps, 'db' | 'clock' | 'keyring' | 'transports' | 'wakeDeliveries'>,
  actor: Actor,
  input: SetTransport,
): Promise<void> {
  requirePermission(actor, 'mailboxes.manage');
  const { mailboxId, url, oauth, dailyLimit } = input;
  const fault = urlFault(url, oauth);
  if (fault !== null) throw invalidField('/url', fault);
  const account = accountName(url);
  if (actor.kind === 'operator') await ensureNobodyElses(deps, actor, account);
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    await lockVisibleMailbox(tx, actor, mailboxId);
    const sealed = deps.keyring.seal(JSON.stringify({ url, oauth }));
    const limits = { minuteLimit: null, dailyLimit };
    await upsertTransport(tx, { mailboxId, kind: 'smtp', account, sealed, ...limits, updatedAt: at });
    await recordEvent(tx, {
      type: 'mailbox.smtp_set',
      actor,
      at,
      mailboxId,
      new: { account, oauth: oauth !== null, dailyLimit },
    });
  });
  deps.wakeDeliveries();
}

/** Removes a mailbox's own SMTP account: it sends through SMTP_URL again, or waits when that is not set. */
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
      old: { account },
    });
  });
}

/** Microsoft takes 30 messages in a minute from a mailbox. */
const SERVICE_MINUTE_LIMIT = 25;

/**
 * Has a mailbox send by the service that it is read from, or no longer, in the transaction that connects it. One that has an
 * SMTP account of its own goes on by that.
 */
export async function sendByService(
  tx: Transaction,
  mailbox: { readonly id: number; readonly address: string },
  by: { readonly kind: Exclude<TransportKind, 'smtp'>; readonly host: string } | null,
  at: Date,
): Promise<void> {
  if (by === null) return deleteServiceTransport(tx, mailbox.id);
  const account = `${mailbox.address}@${by.host}`;
  const row = {
    mailboxId: mailbox.id,
    kind: by.kind,
    account,
    minuteLimit: SERVICE_MINUTE_LIMIT,
    updatedAt: at,
  };
  await upsertServiceTransport(tx, row);
}

/**
 * An account is identified by its user and host, and rests as a whole: wrong credentials for an account that other
 * mailboxes use would stop their messages too. So only an operator who serves all of them may name it.
 */
async function ensureNobodyElses(
  deps: Pick<OutboxDeps, 'transports'>,
  actor: OperatorActor,
  account: string,
): Promise<void> {
  if (actor.mailboxIds === null) return;
  const accounts = await deps.transports.list();
  const isTheirs = (serves: Served): boolean =>
    'only' in serves && serves.only.every((id) => servesMailbox(actor, id));
  if (accounts.every((each) => each.transport.account !== account || isTheirs(each.serves))) return;
  throw new Problem('forbidden', `${account} sends for mailboxes that you do not serve.`);
}

function urlFault(text: string, oauth: OAuthSettings | null): string | null {
  if (!URL.canParse(text))
    return 'must be a URL such as smtps://user%40example.com:password@smtp.example.com:465';
  const url = new URL(text);
  if (!/^smtps?:$/.test(url.protocol) || url.hostname === '')
    return 'begins with smtp:// or smtps:// and a host';
  if (!isEscaped(url.username) || !isEscaped(url.password)) return 'has a % that starts no escape';
  if (oauth !== null && url.username === '') return 'names no user: signing in by OAuth needs the address';
  if (oauth !== null && url.password !== '') return 'must not have a password beside OAuth';
  return null;
}
