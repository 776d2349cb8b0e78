import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Answer, refuse } from './answer.ts';

const asked = z.strictObject({
  changeType: z.literal('created'),
  notificationUrl: z.url(),
  lifecycleNotificationUrl: z.url(),
  resource: z.string(),
  expirationDateTime: z.iso.datetime(),
  clientState: z.string().max(128),
});
const renewal = z.strictObject({ expirationDateTime: z.iso.datetime() });

type Subscribed = z.infer<typeof asked> & { readonly id: string };

/** Posts to a notification address and returns status and text. */
export type PostNotification = (
  url: string,
  body: string,
) => Promise<{ readonly status: number; readonly text: string }>;

/** By the network. */
export const postBy: PostNotification = async (url, body) => {
  const response = await fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(10_000) });
  return { status: response.status, text: await response.text() };
};

const MAX_LIFE_MS = 10_080 * 60_000;

/** Subscriptions: made after a handshake with both addresses, ending, telling of what comes into the Inbox. */
export function createSubscriptions(now: () => Date, post: PostNotification) {
  const kept = new Map<string, Subscribed>();

  const isRight = (expirationDateTime: string): boolean => {
    const left = Date.parse(expirationDateTime) - now().getTime();
    return left > 0 && left <= MAX_LIFE_MS;
  };
  const living = (): readonly Subscribed[] =>
    [...kept.values()].filter(({ expirationDateTime }) => Date.parse(expirationDateTime) > now().getTime());

  async function make(body: unknown, address: string): Promise<Answer> {
    const given = asked.safeParse(body);
    const resource = `users/${address}/mailFolders('inbox')/messages`;
    if (!given.success || given.data.resource !== resource || !isRight(given.data.expirationDateTime))
      return refuse(400, 'InvalidRequest');
    if (living().some(({ notificationUrl }) => notificationUrl === given.data.notificationUrl))
      return refuse(409, 'Conflict');
    const token = `Validation: ${randomUUID()} <b>`;
    for (const url of [given.data.notificationUrl, given.data.lifecycleNotificationUrl]) {
      const answer = await post(`${url}?validationToken=${encodeURIComponent(token)}`, '');
      if (answer.status !== 200 || answer.text !== token) return refuse(400, 'ValidationError');
    }
    const subscription = { ...given.data, id: randomUUID() };
    kept.set(subscription.id, subscription);
    const { id, expirationDateTime } = subscription;
    return [201, { id, expirationDateTime }];
  }

  const tell = async (url: string, told: readonly object[]): Promise<number> =>
    (await post(url, JSON.stringify({ value: told }))).status;

  return {
    living,
    async serve(
      method: string,
      id: string | undefined,
      { body, address }: { body: string; address: string },
    ): Promise<Answer> {
      const subscription = id === undefined ? undefined : kept.get(id);
      if (id === undefined && method === 'POST') return make(JSON.parse(body), address);
      if (id === undefined && method === 'GET')
        return [200, { value: living().map(({ clientState: _secret, ...shown }) => shown) }];
      if (subscription === undefined) return refuse(404, 'ResourceNotFound');
      if (method === 'DELETE') {
        kept.delete(subscription.id);
        return [204, ''];
      }
      const given = renewal.safeParse(method === 'PATCH' ? JSON.parse(body) : null);
      if (!given.success || !isRight(given.data.expirationDateTime)) return refuse(400, 'InvalidRequest');
      kept.set(subscription.id, { ...subscription, ...given.data });
      return [200, { id: subscription.id, ...given.data }];
    },
    /** Something has come into the Inbox; with which secret, and of which event, a test may choose. */
    async notify(forged: { readonly clientState?: string; readonly lifecycleEvent?: string } = {}) {
      const statuses: number[] = [];
      for (const { id: subscriptionId, notificationUrl, clientState } of living()) {
        const told = {
          subscriptionId,
          clientState,
          changeType: 'created',
          resource: 'users/1/messages/1',
          ...forged,
        };
        statuses.push(await tell(notificationUrl, [told]));
      }
      return statuses;
    },
    /** Ended without a word, as Microsoft does to one that it cannot reach. */
    end: () => kept.clear(),
  };
}
