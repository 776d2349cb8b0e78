import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Deps } from '../../../platform/deps.ts';
import { DAY, HOUR, MINUTE } from '../../../platform/time.ts';
import type { Microsoft } from '../access/open-microsoft.ts';
import type { Graph } from '../graph/graph.ts';
import { graphError, graphFault } from '../graph/graph-fault.ts';
import {
  deleteSubscription,
  findSubscription,
  markFailed,
  markSubscribed,
  type Subscription,
  upsertAsked,
} from './subscription-queries.ts';

export type SubscribeDeps = Pick<Deps, 'db' | 'clock' | 'log'> & { readonly microsoft: Microsoft };

/** Microsoft takes 10,080 minutes for mail. */
const LIFE_MS = 10_000 * MINUTE;
const RENEW_BEFORE_MS = 2 * DAY;
/** A server that Microsoft cannot reach is not tried all the time. */
const RETRY_MS = HOUR;
const END_WITHIN_MS = 5000;

const made = z.object({ id: z.string().min(1), expirationDateTime: z.iso.datetime({ offset: true }) });
const listed = z.object({
  value: z.array(z.object({ id: z.string(), notificationUrl: z.string().nullish() })),
});

/** Where Microsoft tells that something has come into a mailbox. */
export function notificationUrl(publicUrl: string, mailboxId: number): string {
  return `${publicUrl}/microsoft/notifications/${mailboxId}`;
}

/**
 * Has Microsoft tell of new mail, and goes on having it told, so that a look need not wait for its minute. Only a wake-up:
 * without it, or without a public address, nothing is lost and everything comes a little later. Called by whoever looks at
 * the mailbox, and never fails the look.
 */
export async function keepSubscription(
  deps: SubscribeDeps,
  graph: Graph,
  { mailboxId, publicUrl }: { readonly mailboxId: number; readonly publicUrl: string },
): Promise<void> {
  const now = deps.clock.now();
  const known = await findSubscription(deps.db, mailboxId);
  if (known !== null && known.nextTryAt > now) return;
  try {
    const renewed = known === null ? null : await renew(deps, graph, known, now);
    const standing = renewed ?? (await subscribe(deps, graph, { mailboxId, publicUrl }));
    const endsAt = new Date(standing.expirationDateTime);
    const nextTryAt = new Date(Math.max(endsAt.getTime() - RENEW_BEFORE_MS, now.getTime() + HOUR));
    await markSubscribed(deps.db, { mailboxId, subscriptionId: standing.id, endsAt, nextTryAt });
  } catch (error) {
    if (graphFault(error) === null) throw error;
    deps.log.warn(
      { error, mailboxId },
      'Microsoft will not tell of new mail; the mailbox is looked at all the same',
    );
    const fault = String(error).slice(0, 500);
    await markFailed(deps.db, mailboxId, { fault, nextTryAt: new Date(now.getTime() + RETRY_MS) });
  }
}

/**
 * Ends it, as far as Microsoft answers in time, the wait for a token and for calls under way included: a person waits for
 * this. What it tells afterwards belongs to nobody.
 */
export async function endSubscription(
  deps: SubscribeDeps,
  mailboxId: number,
  withinMs: number = END_WITHIN_MS,
): Promise<void> {
  const known = await findSubscription(deps.db, mailboxId);
  if (known === null) return;
  try {
    const graph = await deps.microsoft.open(mailboxId);
    const { subscriptionId } = known;
    if (graph !== null && subscriptionId !== null) {
      const late = AbortSignal.timeout(withinMs);
      await orUntil(late, remove(deps, graph, subscriptionId, late));
    }
  } catch (error) {
    if (graphFault(error) === null) throw error;
    deps.log.info({ error, mailboxId }, 'a subscription could not be ended; it ends by itself within a week');
  }
  await deleteSubscription(deps.db, mailboxId);
}

type Made = z.infer<typeof made>;

async function renew(
  deps: SubscribeDeps,
  graph: Graph,
  { subscriptionId }: Subscription,
  now: Date,
): Promise<Made | null> {
  if (subscriptionId === null) return null;
  try {
    const path = `${rootOf(deps)}/${encodeURIComponent(subscriptionId)}`;
    return await graph.call({ method: 'PATCH', path, ...json({ expirationDateTime: endOf(now) }) }, readMade);
  } catch (error) {
    if (graphFault(error)?.status === 404) return null;
    throw error;
  }
}

async function subscribe(
  deps: SubscribeDeps,
  graph: Graph,
  { mailboxId, publicUrl }: { readonly mailboxId: number; readonly publicUrl: string },
): Promise<Made> {
  const now = deps.clock.now();
  const clientState = randomBytes(32).toString('base64url');
  await upsertAsked(deps.db, {
    mailboxId,
    clientStateHash: hashOf(clientState),
    nextTryAt: new Date(now.getTime() + RETRY_MS),
  });
  const url = notificationUrl(publicUrl, mailboxId);
  const asked = json({
    changeType: 'created',
    notificationUrl: url,
    lifecycleNotificationUrl: url,
    resource: `users/${graph.address}/mailFolders('inbox')/messages`,
    expirationDateTime: endOf(now),
    clientState,
  });
  const ask = (): Promise<Made> => graph.call({ method: 'POST', path: rootOf(deps), ...asked }, readMade);
  try {
    return await ask();
  } catch (error) {
    if (graphFault(error)?.status !== 409) throw error;
    // One of ours that nobody remembers: its secret is gone.
    await removeForgotten(deps, graph, url);
    return ask();
  }
}

async function removeForgotten(deps: SubscribeDeps, graph: Graph, url: string): Promise<void> {
  const read = async (response: Response) => listed.parse(await response.json());
  const { value } = await graph.call({ path: rootOf(deps) }, read);
  for (const each of value) if (each.notificationUrl === url) await remove(deps, graph, each.id);
}

async function orUntil(late: AbortSignal, work: Promise<void>): Promise<void> {
  const message = 'Microsoft did not answer in time';
  await new Promise<void>((resolve, reject) => {
    late.addEventListener('abort', () =>
      reject(graphError({ status: null, code: '', message, retryAfterMs: null })),
    );
    work.then(resolve, reject);
  });
}

async function remove(
  deps: SubscribeDeps,
  graph: Graph,
  subscriptionId: string,
  signal: AbortSignal = AbortSignal.timeout(END_WITHIN_MS),
): Promise<void> {
  const path = `${rootOf(deps)}/${encodeURIComponent(subscriptionId)}`;
  await graph.call({ method: 'DELETE', path, signal }, (response) => response.text());
}

export function hashOf(clientState: string): Buffer {
  return createHash('sha256').update(clientState).digest();
}

function rootOf({ microsoft }: Pick<SubscribeDeps, 'microsoft'>): string {
  return `${microsoft.endpoints.graphUrl}/v1.0/subscriptions`;
}

function endOf(now: Date): string {
  return new Date(now.getTime() + LIFE_MS).toISOString();
}

function json(body: unknown): { readonly body: string; readonly contentType: string } {
  return { body: JSON.stringify(body), contentType: 'application/json' };
}

async function readMade(response: Response): Promise<Made> {
  return made.parse(await response.json());
}
