import { html } from 'hono/html';
import type { Webhook } from '../../../integrations/webhooks/webhook.ts';
import type { Html } from '../parts/html.ts';
import type { Visit } from '../shell/visit.ts';
import { webhookWords } from './words.ts';

/** Whether it is on, and well. */
export function standing(visit: Visit, { enabled, failingSince }: Webhook): Html {
  const words = visit.say(webhookWords);
  if (!enabled) return html`<span class="mark bad">${words.off}</span>`;
  return failingSince === null
    ? html`<span class="mark good">${words.on}</span>`
    : html`<span class="mark bad">${words.failingSince} ${visit.format.time(failingSince)}</span>`;
}
