import type { BlockList } from 'node:net';
import type { Deps } from '../../../platform/deps.ts';
import type { Transaction } from '../../../platform/db/connect.ts';
import { raiseAlarm } from '../../../outbox/desk-mail/raise-alarm.ts';
import { recordEvent } from '../../../people/history/record-event.ts';
import { decodeWebhookSecret } from '../../../platform/webhook-secret.ts';
import { judgePost } from './judge-post.ts';
import { postOf } from './post.ts';
import {
  type ClaimedPost,
  insertAttempt,
  listEventsById,
  lockStanding,
  type Receiver,
  settlePost,
  updateStanding,
} from './post-queries.ts';
import { postSigned, type SignedPost } from './post-signed.ts';
import { findWebhookRow, listSealedSecrets } from '../queries.ts';
import type { PostResult, Webhook } from '../webhook.ts';

export type SendPostDeps = Pick<Deps, 'db' | 'clock' | 'log' | 'keyring' | 'publicUrl'> & {
  /** Never connect to these addresses; absent: all are allowed. */
  readonly webhooksForbid?: BlockList | undefined;
  readonly wakeDeliveries: () => void;
};

/** The keys that now sign the posts of a webhook. */
export async function webhookKeys(
  deps: Pick<Deps, 'db' | 'clock' | 'keyring'>,
  webhookId: number,
): Promise<Uint8Array[]> {
  const sealed = await listSealedSecrets(deps.db, webhookId, deps.clock.now());
  return sealed.flatMap((each) => decodeWebhookSecret(deps.keyring.open(each)) ?? []);
}

/** Posts one claimed event and records the result. */
export async function sendPost(
  deps: SendPostDeps,
  receiver: Receiver,
  post: ClaimedPost & { readonly owner: string },
  options: { readonly signal: AbortSignal; readonly timeoutMs?: number | undefined },
): Promise<void> {
  const event = (await listEventsById(deps.db, [post.eventId])).get(post.eventId);
  // The event was erased meanwhile, and its post with it.
  if (event === undefined) return;
  const at = deps.clock.now();
  const signed: SignedPost = {
    ...postOf(event),
    url: receiver.url,
    keys: await webhookKeys(deps, receiver.id),
    at,
  };
  const result = await postSigned(signed, { forbids: deps.webhooksForbid, ...options });
  // The server stopped during the post: its lease runs out, and another process posts it again.
  if (result.fault !== null && options.signal.aborted) return;
  await deps.db.begin((tx) => record(deps, tx, receiver, { post, result, at }));
  deps.wakeDeliveries();
}

type Attempt = {
  readonly post: ClaimedPost & { owner: string };
  readonly result: PostResult;
  readonly at: Date;
};

async function record(
  deps: SendPostDeps,
  tx: Transaction,
  receiver: Receiver,
  attempt: Attempt,
): Promise<void> {
  const { post, result, at } = attempt;
  const before = await lockStanding(tx, receiver.id);
  if (before === null) return;
  const now = deps.clock.now();
  const failures = before.failures + 1;
  const failingSince = before.failingSince ?? at;
  const judged = judgePost(result, { attempts: post.attemptCount, failures, failingSince, now });
  const nextAttemptAt = judged.state === 'delivered' ? null : judged.nextAttemptAt;
  if (!(await settlePost(tx, post, { state: judged.state, nextAttemptAt, at: now }))) return;
  await insertAttempt(tx, { ...result, webhookId: receiver.id, of: post, at });
  if (judged.state === 'delivered') {
    if (before.failures === 0) return;
    await updateStanding(tx, receiver.id, {
      failures: 0,
      failingSince: null,
      restsUntil: null,
      disabledReason: null,
    });
    return;
  }
  const { restsUntil, disable } = judged;
  const switchedOff = before.enabled ? disable : null;
  await updateStanding(tx, receiver.id, { failures, failingSince, restsUntil, disabledReason: switchedOff });
  if (switchedOff !== null) await tellSwitchedOff(deps, tx, receiver.id, switchedOff);
}

async function tellSwitchedOff(
  deps: SendPostDeps,
  tx: Transaction,
  webhookId: number,
  reason: 'failing' | 'gone',
): Promise<void> {
  const webhook = await findWebhookRow(tx, { mailboxIds: null }, webhookId);
  if (webhook === null) return;
  const at = deps.clock.now();
  const mailboxId = webhook.mailboxIds?.[0] ?? null;
  await recordEvent(tx, {
    type: 'webhook.disabled',
    actor: { kind: 'system' },
    at,
    mailboxId,
    old: { enabled: true },
    new: { webhookId, enabled: false, reason },
  });
  await raiseAlarm(tx, deps.log, {
    mailboxId,
    kind: 'webhook_off',
    at,
    ...alarmText(webhook, reason, deps.publicUrl),
  });
}

function alarmText(webhook: Webhook, reason: 'failing' | 'gone', publicUrl: string) {
  const name = webhook.name === '' ? new URL(webhook.url).host : webhook.name;
  const why =
    reason === 'gone'
      ? 'It answered 410 Gone: nobody listens there any more.'
      : 'It has failed for three days.';
  return {
    subject: `Webhook switched off: ${name}`,
    text:
      `Mailroom no longer posts events to ${new URL(webhook.url).origin}. ${why}\n\n` +
      'Nothing is lost: once switched on again, it receives every event since then.\n\n' +
      `${publicUrl}/settings/webhooks/${webhook.id}\n`,
  };
}
