import { html } from 'hono/html';
import type { IntakeView } from '../../../intake/quarantine/intake.ts';
import { withoutDirectionMarks } from '../../../mail/text.ts';
import { type Html, when } from '../parts/html.ts';
import type { Visit } from '../shell/visit.ts';
import { quarantineWords } from './words.ts';

/** Who a message held back says it is of. */
export function senderOf(visit: Visit, { fromName, fromAddress }: IntakeView): string {
  const sender = fromName ? `${fromName} <${fromAddress}>` : fromAddress;
  return withoutDirectionMarks(sender ?? visit.say(quarantineWords).noSender);
}

/** Why it is held back, in a sentence. */
export function reasonOf(visit: Visit, { reason, error }: IntakeView): Html {
  const reasons = visit.say(quarantineWords).reasons as Readonly<Record<string, string>>;
  return html`${reasons[reason ?? ''] ?? reason}${when(error, (text) => html` <q lang="en">${text}</q>`)}`;
}

/** What can be done with it. */
export function verbs(visit: Visit, { id, fromAddress, size }: IntakeView): Html {
  const words = visit.say(quarantineWords);
  const act = (verb: 'release' | 'discard', field: string | null, label: string, look: string): Html =>
    html`<form method="post" action="/quarantine/${id}/${verb}">
      ${when(field, (name) => html`<input type="hidden" name="${name}" value="yes" />`)}
      <button class="${look}">${label}</button>
    </form>`;
  return html`<div class="verbs">
    ${act('release', null, words.release, 'primary')} ${act('release', 'trust', words.releaseTrust, '')}
    ${act('discard', null, words.discard, '')}
    ${when(fromAddress, () => act('discard', 'block', words.discardBlock, 'danger'))}
    ${when(size, () => html`<a href="/v1/intake/${id}/raw" download>${words.original}</a>`)}
  </div>`;
}
