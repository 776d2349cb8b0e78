import { html } from 'hono/html';
import { findWebhook } from '../../../integrations/webhooks/find-webhook.ts';
import { listAttempts } from '../../../integrations/webhooks/posts/list-attempts.ts';
import { type Replay, replayPosts } from '../../../integrations/webhooks/posts/replay-posts.ts';
import {
  editWebhook,
  removeWebhook,
  rotateWebhookSecret,
} from '../../../integrations/webhooks/save-webhook.ts';
import { tryWebhook } from '../../../integrations/webhooks/try-webhook.ts';
import type { PostResult, Webhook } from '../../../integrations/webhooks/webhook.ts';
import { listMailboxes } from '../../../mailboxes/settings/list-mailboxes.ts';
import { invalidField } from '../../../platform/problems.ts';
import { type Form, readForm } from '../parts/forms.ts';
import { type Html, icon, when } from '../parts/html.ts';
import { timeInZone } from '../parts/time-in-zone.ts';
import { settingsPage } from '../settings/settings-page.ts';
import type { Pages } from '../shell/pages.ts';
import { orAgain } from '../shell/refused.ts';
import { done } from '../shell/respond.ts';
import { idIn, type Visit } from '../shell/visit.ts';
import { attemptLog } from './attempt-log.ts';
import { standing } from './standing.ts';
import { type ReceiverForm, receiverFields, receiverIn } from './receiver-fields.ts';
import { webhookWords } from './words.ts';

const PATH = '/settings/webhooks/:id{[0-9]+}';
const ROWS = 50;

/** What a page tells once: a secret, how a test went, how much is posted again, or what was refused. */
type Told = {
  readonly secret?: string | null;
  readonly test?: PostResult;
  readonly replayed?: number;
  readonly alert?: string;
  readonly receiver?: ReceiverForm;
};

/** One webhook: how it does, its settings, and what was posted to it. */
export function webhookHandlers(pages: Pages): void {
  pages.get(PATH, (visit) => showWebhook(visit, idIn(visit.c) ?? 0, {}));
  pages.post(PATH, async (visit) => {
    const form = await readForm(visit.c);
    const webhookId = idIn(visit.c) ?? 0;
    const receiver = form.text('verb') === 'save' ? await typedReceiver(visit, webhookId, form) : undefined;
    const act = () => doVerb(visit, { webhookId, form, receiver });
    return orAgain(visit, act, (alert) =>
      showWebhook(visit, webhookId, { alert, ...(receiver === undefined ? {} : { receiver }) }),
    );
  });
}

async function typedReceiver(visit: Visit, webhookId: number, form: Form): Promise<ReceiverForm> {
  return receiverIn(visit, form, await findWebhook(visit.deps, visit.actor, webhookId));
}

async function doVerb(
  visit: Visit,
  asked: { readonly webhookId: number; readonly form: Form; readonly receiver: ReceiverForm | undefined },
): Promise<Response> {
  const { deps, actor } = visit;
  const { webhookId, form, receiver } = asked;
  const page = `/settings/webhooks/${webhookId}`;
  const edit = async (changes: Parameters<typeof editWebhook>[2]['changes']) => {
    await editWebhook(deps, actor, { webhookId, changes });
    return done(visit, page, { did: 'saved' });
  };
  switch (form.text('verb')) {
    case 'on':
    case 'off':
      return edit({ enabled: form.text('verb') === 'on' });
    case 'rotate':
      return showWebhook(visit, webhookId, {
        secret: await rotateWebhookSecret(deps, actor, { webhookId }),
      });
    case 'test':
      return showWebhook(visit, webhookId, { test: await tryWebhook(deps, actor, { webhookId }) });
    case 'replay':
      return showWebhook(visit, webhookId, {
        replayed: await replayPosts(deps, actor, { webhookId, replay: replayIn(visit, form) }),
      });
    case 'remove':
      await removeWebhook(deps, actor, { webhookId });
      return done(visit, '/settings/webhooks', { did: 'done' });
    default:
      return edit(receiver ?? {});
  }
}

function replayIn({ settings }: Visit, form: Form): Replay {
  const eventId = form.id('eventId');
  if (eventId !== null) return { eventId };
  const at = (name: string): Date => {
    const time = timeInZone(form.text(name), settings.timeZone);
    if (time === null) throw invalidField(`/${name}`, 'must be a date and a time');
    return time;
  };
  return { from: at('from'), to: at('to') };
}

/** Answers with the page of one webhook. */
export async function showWebhook(visit: Visit, webhookId: number, told: Told): Promise<Response> {
  const { c, deps, actor } = visit;
  const words = visit.say(webhookWords);
  const failed = c.req.query('failed') === 'true';
  const [webhook, mailboxes, log] = await Promise.all([
    findWebhook(deps, actor, webhookId),
    listMailboxes(deps, actor),
    listAttempts(deps, actor, {
      webhookId,
      filters: failed ? { failed } : {},
      sort: { field: 'id', descending: true },
      limit: ROWS,
      cursor: c.req.query('after'),
    }),
  ]);
  const name = webhook.name || webhook.url;
  const content = html`<p><a href="/settings/webhooks">← ${words.title}</a></p>
    <h2 dir="auto">${name} ${standing(visit, webhook)}</h2>
    ${secretLine(visit, told.secret ?? null)} ${when(told.test, (test) => testLine(visit, test))}
    ${told.replayed === undefined ? '' : html`<p class="hint good" role="status">${words.replayed(told.replayed)}</p>`}
    ${health(visit, webhook)}
    <form method="post" action="/settings/webhooks/${webhookId}" class="stack card form">
      <h3>${words.settings}</h3>
      ${receiverFields(visit, told.receiver ?? webhook, mailboxes)}
      <div class="verbs">
        <button class="primary" name="verb" value="save">${words.save}</button>
        <button name="verb" value="rotate" formnovalidate title="${words.rotateHint}">${words.rotate}</button>
        <button class="danger" name="verb" value="remove" formnovalidate>${words.remove}</button>
      </div>
    </form>
    ${attemptLog(visit, webhookId, { ...log, failed })}`;
  return settingsPage(visit, 'webhooks', { content, alert: told.alert ?? null, about: name });
}

function secretLine(visit: Visit, secret: string | null): Html | '' {
  const words = visit.say(webhookWords);
  return when(
    secret,
    (text) =>
      html`<p class="hint good">
        <span>${words.secret}</span> <code>${text}</code>
        <button type="button" hidden data-scripted data-copy data-copy-text="${text}">
          ${icon('copy', visit.deps.assets)}${words.copy}
        </button>
      </p>`,
  );
}

function testLine(visit: Visit, { status, fault, durationMs, answer }: PostResult): Html {
  const words = visit.say(webhookWords);
  return html`<p class="hint ${fault === null ? 'good' : 'bad'}" role="status">
    <b>${words.tested}:</b> ${status ?? ''} ${fault === null ? '' : words.faults[fault]}
    ${visit.format.number(durationMs)} ms ${when(answer, (text) => html`<code dir="auto">${text}</code>`)}
  </p>`;
}

function health(visit: Visit, webhook: Webhook): Html {
  const words = visit.say(webhookWords);
  const { enabled, disabledReason, restsUntil, waitingCount } = webhook;
  return html`<form method="post" action="/settings/webhooks/${webhook.id}" class="verbs">
    ${when(disabledReason, (reason) => html`<p class="hint bad">${words[reason]}</p>`)}
    ${when(waitingCount > 0 && waitingCount, (count) => html`<span class="quiet">${words.waiting(count)}</span>`)}
    ${when(restsUntil, (at) => html`<span class="quiet">${words.restsUntil}: ${visit.format.time(at)}</span>`)}
    ${
      enabled
        ? html`<button name="verb" value="off">${words.switchOff}</button>`
        : html`<button class="primary" name="verb" value="on">${words.switchOn}</button>`
    }
    <button name="verb" value="test">${words.test}</button>
  </form>`;
}
