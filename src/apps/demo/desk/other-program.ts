import { html } from 'hono/html';
import { addWebhook, editWebhook, rotateWebhookSecret } from '../../../integrations/webhooks/save-webhook.ts';
import type { WebhookDeps } from '../../../integrations/webhooks/save-webhook.ts';
import { listWebhooks } from '../../../integrations/webhooks/find-webhook.ts';
import { checkSignature, readSignatureHeaders } from '../../../intake/gmail/relay/verify-signature.ts';
import type { OperatorActor } from '../../../people/access/actor.ts';
import type { Clock } from '../../../platform/clock.ts';
import { Problem } from '../../../platform/problems.ts';
import { decodeWebhookSecret } from '../../../platform/webhook-secret.ts';

const NAME = 'Another program';
const KEPT = 50;

type HeardPost = {
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  readonly body: string;
};

/** Stands for a program that is told of everything by a webhook: it checks who posts, and keeps the latest in memory. */
export function otherProgram(clock: Clock) {
  const heard: HeardPost[] = [];
  let key: Uint8Array | null = null;
  return {
    /** Has the desk post here, signed with a new secret. */
    async connect(deps: WebhookDeps, actor: OperatorActor, url: string): Promise<void> {
      const sort = { field: 'id', descending: false } as const;
      const { items } = await listWebhooks(deps, actor, { sort, limit: 200 });
      const known = items.find(({ name }) => name === NAME);
      const settings = { url, name: NAME, types: null, mailboxIds: null, enabled: true };
      if (known !== undefined) await editWebhook(deps, actor, { webhookId: known.id, changes: { url } });
      const secret =
        known === undefined
          ? (await addWebhook(deps, actor, settings)).secret
          : await rotateWebhookSecret(deps, actor, { webhookId: known.id, keepHours: 0 });
      key = decodeWebhookSecret(secret ?? '');
    },
    /** Takes a post; throws when the desk has not signed it. */
    take(header: (name: string) => string | undefined, body: string): void {
      if (key === null) throw new Problem('bad_signature', 'Nobody is known yet who could post here.');
      const headers = readSignatureHeaders(header, clock.now());
      const check = checkSignature(headers, [{ id: 1, key }]);
      check.update(new TextEncoder().encode(body));
      check.finish();
      const { type, timestamp } = JSON.parse(body) as Pick<HeardPost, 'type' | 'timestamp'>;
      heard.unshift({ id: headers.id, type, timestamp, body });
      heard.splice(KEPT);
    },
    page: () => heardPage(heard),
  };
}

function heardPage(heard: readonly HeardPost[]): ReturnType<typeof html> {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>What another program hears</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/page.css" />
        <link rel="stylesheet" href="/page-parts.css" />
      </head>
      <body>
        <header class="top">
          <h1>What another program hears</h1>
          <p>
            The desk posts each event here by the webhook “${NAME}”, which stands in the console’s settings.
            Every post is signed as Standard Webhooks say, and the signature is checked. Load the page anew to
            see what came since.
          </p>
        </header>
        <main>
          <section>
            ${heard.length === 0 ? html`<p class="empty">Nothing yet. Take a request in the console.</p>` : ''}
            ${heard.map(
              ({ id, type, timestamp, body }) =>
                html`<details class="mail">
                  <summary>
                    <strong>${type}</strong> <span class="snippet">${id}</span>
                    <time datetime="${timestamp}">${timestamp.slice(11, 19)} UTC</time>
                  </summary>
                  <pre class="text">${JSON.stringify(JSON.parse(body), null, 2)}</pre>
                </details>`,
            )}
          </section>
        </main>
      </body>
    </html>`;
}
