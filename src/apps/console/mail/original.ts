import { html } from 'hono/html';
import { findOriginal } from '../../../requests/messages/find-original.ts';
import type { MessageView } from '../../../requests/messages/message-view.ts';
import { Problem } from '../../../platform/problems.ts';
import { type Html, icon, when } from '../parts/html.ts';
import type { Catalogue, Visit } from '../shell/visit.ts';
import { gmailLink } from './gmail-link.ts';

const en = {
  title: 'Original email',
  back: 'Back to the request',
  raw: 'Download the original email',
  gmail: 'Find it in Gmail',
  headers: 'Headers',
  none: 'There is no original: this message did not come by email.',
};
const ru: typeof en = {
  title: 'Исходное письмо',
  back: 'Назад к обращению',
  raw: 'Скачать письмо как есть',
  gmail: 'Найти в Gmail',
  headers: 'Заголовки',
  none: 'Исходного письма нет: сообщение пришло не письмом.',
};
const sentences: Catalogue<typeof en> = { en, ru };

const SHOWN_BYTES = 64 * 1024;

/** The beginning of an original email, as far as its headers go; null for a message that did not come by email. */
export async function readOriginal({ deps, actor }: Visit, messageId: number): Promise<string | null> {
  try {
    const file = await findOriginal(deps, actor, messageId);
    const start = Buffer.from(await file.read(0, Math.min(file.size, SHOWN_BYTES))).toString('latin1');
    return start.split(/\r?\n\r?\n/, 1)[0] ?? '';
  } catch (error) {
    if (error instanceof Problem && error.code === 'not_found') return null;
    throw error;
  }
}

/** The headers of an email, the email itself to download, and where it lies in Gmail. */
export function originalPage(visit: Visit, message: MessageView, headers: string | null): Html {
  const words = visit.say(sentences);
  const { assets } = visit.deps;
  return html`<div class="page">
    <p>
      <a href="/requests/${message.requestId}#m${message.id}">${icon('arrow-left', assets)}${words.back}</a>
    </p>
    <h1>${words.title}</h1>
    ${when(
      headers !== null,
      () =>
        html`<p class="verbs">
            <a class="button" href="/v1/messages/${message.id}/raw" download
              >${icon('download', assets)}${words.raw}</a
            >
            ${when(
              gmailLink(message),
              (link) =>
                html`<a class="button" href="${link}" target="_blank" rel="noopener noreferrer"
                  >${icon('external-link', assets)}${words.gmail}</a
                >`,
            )}
          </p>
          <h2>${words.headers}</h2>
          <pre class="source" tabindex="0">${headers}</pre>`,
    )}
    ${when(headers === null, () => html`<p class="quiet">${words.none}</p>`)}
  </div>`;
}
