import { html } from 'hono/html';
import type { AttachmentRow, MessageView } from '../../../requests/messages/message-view.ts';
import { type Html, icon, when } from '../parts/html.ts';
import type { Visit } from '../shell/visit.ts';
import { withoutDirectionMarks } from '../../../mail/text.ts';
import { conversationWords } from './words.ts';

const SHOWN = /^(image\/(png|jpeg|gif|webp|avif)|application\/pdf|text\/(plain|csv|calendar))$/;
const PICTURE = /^image\/(png|jpeg|gif|webp|avif)$/;

/** What is attached: pictures, PDF and text can be looked at, everything else is only saved. */
export function fileList(visit: Visit, message: MessageView): Html | '' {
  const words = visit.say(conversationWords);
  const files = message.attachments.filter((file) => !file.inline);
  if (files.length === 0) return '';
  const base = `/requests/${message.requestId}/messages/${message.id}`;
  return html`<ul class="files" aria-label="${words.files(files.length)}">
      ${files.map((file) => {
        const name = withoutDirectionMarks(file.name);
        if (isKeptBack(file)) return keptBack(visit, file, name);
        return html`<li>
          ${
            PICTURE.test(file.contentType) && file.size < 5_000_000
              ? html`<a class="picture" href="${base}/inline/${file.id}" target="_blank" rel="noopener"
                  ><img src="${base}/inline/${file.id}" alt="${name}" loading="lazy" height="96"
                /></a>`
              : ''
          }
          <span class="file">
            ${icon('paperclip', visit.deps.assets)}
            ${
              SHOWN.test(file.contentType)
                ? html`<a href="${base}/preview/${file.id}" target="_blank" rel="noopener" dir="auto"
                    >${name}</a
                  >`
                : html`<a href="/v1/attachments/${file.id}" download dir="auto">${name}</a>`
            }
            <small>${visit.format.size(file.size)}</small>
            <a
              class="quiet"
              href="/v1/attachments/${file.id}"
              download
              aria-label="${words.download}: ${name}"
              >${icon('download', visit.deps.assets)}</a
            >
          </span>
        </li>`;
      })}
    </ul>
    ${when(
      files.some(({ scan }) => scan === 'held'),
      () =>
        html`<form method="post" action="${base}/scan">
          <button class="link">${words.scanAgain}</button>
        </form>`,
    )}`;
}

function isKeptBack({ scan }: AttachmentRow): boolean {
  return scan === 'held' || scan === 'waiting';
}

// It is named and cannot be had.
function keptBack(visit: Visit, file: AttachmentRow, name: string): Html {
  const words = visit.say(conversationWords);
  return html`<li>
    <span class="file kept-back">
      ${icon('paperclip', visit.deps.assets)} <span dir="auto">${name}</span>
      <small>${visit.format.size(file.size)}</small>
      <small class="why ${file.scan ?? ''}"
        >${file.scan === 'held' ? words.held(file.scanReason ?? '') : words.scanWaits}</small
      >
    </span>
  </li>`;
}
