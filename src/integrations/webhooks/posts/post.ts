import { randomUUID } from 'node:crypto';
import type { EventView } from '../../../people/history/event-view.ts';
import { renderEvent } from '../../../people/history/schemas.ts';
import type { Webhook } from '../webhook.ts';

/** What a receiver is sent: its `webhook-id` and body. */
export type Post = { readonly name: string; readonly body: string };

/** An event as receivers are sent it, under the same id in every attempt and replay; `data` is the event as in `/v1/events`. */
export function postOf(event: EventView): Post {
  return { name: `evt_${event.id}`, body: bodyOf(event.type, event.at, renderEvent(event)) };
}

/** A test of a webhook, which is no event. */
export function testPost({ id, name }: Pick<Webhook, 'id' | 'name'>, at: Date): Post {
  return { name: `test_${randomUUID()}`, body: bodyOf('webhook.test', at, { webhookId: id, name }) };
}

// Type, time and data, as Standard Webhooks advises.
function bodyOf(type: string, at: Date, data: object): string {
  return JSON.stringify({ type, timestamp: at.toISOString(), data });
}
