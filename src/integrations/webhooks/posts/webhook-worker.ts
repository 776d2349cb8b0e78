import { randomUUID } from 'node:crypto';
import { keepLooking } from '../../../platform/jobs/keep-looking.ts';
import { MINUTE, SECOND } from '../../../platform/time.ts';
import { claimPosts, listReceivers, type Receiver } from './post-queries.ts';
import { queuePosts } from './queue-posts.ts';
import { sendPost, type SendPostDeps } from './send-post.ts';

export type WebhookWorker = {
  /** Starts no more posts, and waits up to five seconds for those under way before aborting them. */
  readonly stop: () => Promise<void>;
};

export type WebhookWorkerOptions = {
  readonly pollMs?: number;
  readonly timeoutMs?: number;
  readonly leaseMs?: number;
};

/** Per receiver and process; a failing receiver gets one post at a time. */
const POSTS_AT_ONCE = 4;
const STOP_WITHIN_MS = 5 * SECOND;

/**
 * Posts events to webhooks, looking for new ones once a second. Receivers are independent: one that hangs does not delay the
 * others. Survives the loss of the database.
 */
export function startWebhookWorker(deps: SendPostDeps, options: WebhookWorkerOptions = {}): WebhookWorker {
  const { pollMs = SECOND } = options;
  const stop = new AbortController();
  const abort = new AbortController();
  const lanes = new Map<number, Promise<void>>();

  const look = async (): Promise<void> => {
    for (const receiver of await listReceivers(deps.db, deps.clock.now())) {
      if (lanes.has(receiver.id)) continue;
      const lane = lookAfter(deps, receiver, { ...options, stop: stop.signal, abort: abort.signal });
      lanes.set(
        receiver.id,
        lane
          .catch((error: unknown) =>
            deps.log.error({ error, webhookId: receiver.id }, 'a webhook could not be called'),
          )
          .finally(() => lanes.delete(receiver.id)),
      );
    }
  };

  const looking = keepLooking(look, {
    everyMs: pollMs,
    log: deps.log,
    failed: 'webhooks could not be looked at',
  });
  return {
    async stop() {
      stop.abort();
      const timer = setTimeout(() => abort.abort(), STOP_WITHIN_MS);
      await looking.stop();
      await Promise.all(lanes.values());
      clearTimeout(timer);
    },
  };
}

type LaneOptions = WebhookWorkerOptions & { readonly stop: AbortSignal; readonly abort: AbortSignal };

// Posts a few at a time until nothing is due, starting the next as soon as one is settled. Nothing is any more once the webhook
// fails, is well again, is switched off or changes: those under way end, and the next look starts over.
async function lookAfter(
  deps: SendPostDeps,
  receiver: Receiver & { readonly resting: boolean },
  options: LaneOptions,
): Promise<void> {
  await queuePosts(deps, receiver.id);
  if (receiver.resting) return;
  const sending = new Set<Promise<void>>();
  const atOnce = receiver.failures > 0 ? 1 : POSTS_AT_ONCE;
  for (;;) {
    const claimed = options.stop.aborted ? [] : await claim(deps, receiver, atOnce - sending.size, options);
    for (const post of claimed) {
      const send: Promise<void> = sendPost(deps, receiver, post, {
        signal: options.abort,
        timeoutMs: options.timeoutMs,
      })
        // Its lease runs out, and it is posted again.
        .catch((error: unknown) =>
          deps.log.error({ error, webhookId: receiver.id }, 'an event could not be posted'),
        )
        .finally(() => sending.delete(send));
      sending.add(send);
    }
    if (sending.size === 0) return;
    await Promise.race(sending);
  }
}

async function claim(
  deps: SendPostDeps,
  receiver: Receiver,
  limit: number,
  { leaseMs = MINUTE }: Pick<LaneOptions, 'leaseMs'>,
) {
  if (limit <= 0) return [];
  const now = deps.clock.now();
  const owner = randomUUID();
  const until = new Date(now.getTime() + leaseMs);
  const posts = await claimPosts(deps.db, receiver, { owner, until, now, limit });
  return posts.map((post) => ({ ...post, owner }));
}
