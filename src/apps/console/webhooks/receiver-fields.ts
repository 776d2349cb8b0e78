import { html } from 'hono/html';
import type { WebhookSettings } from '../../../integrations/webhooks/webhook.ts';
import type { MailboxRow } from '../../../mailboxes/settings/list-mailboxes.ts';
import { EVENT_TYPES, type EventType } from '../../../people/history/event-types.ts';
import { checkField, textField } from '../parts/fields.ts';
import type { Form } from '../parts/forms.ts';
import { type Html, when } from '../parts/html.ts';
import type { Visit } from '../shell/visit.ts';
import { webhookWords } from './words.ts';

const TYPES = Object.keys(EVENT_TYPES) as EventType[];

export type ReceiverForm = Pick<WebhookSettings, 'url' | 'name' | 'types' | 'mailboxIds'>;

/** Where it posts, and of what. */
export function receiverFields(visit: Visit, receiver: ReceiverForm, mailboxes: readonly MailboxRow[]): Html {
  const words = visit.say(webhookWords);
  const { url, name, types, mailboxIds } = receiver;
  return html`${textField({
      label: words.url,
      name: 'url',
      type: 'url',
      value: url,
      placeholder: 'https://example.com/mailroom-events',
      required: true,
      hint: words.urlHint,
    })}
    ${textField({ label: words.name, name: 'name', value: name })}
    ${when(
      mailboxes.length > 1,
      () =>
        html`<fieldset>
          <legend>${words.mailboxes}</legend>
          <input type="hidden" name="choosesMailboxes" value="yes" />
          ${mailboxes.map((each) =>
            checkField({
              label: each.address,
              name: 'mailboxId',
              value: String(each.id),
              checked: mailboxIds?.includes(each.id) ?? false,
            }),
          )}
        </fieldset>`,
    )}
    <details class="types">
      <summary class="link">${types === null ? words.allTypes : words.someTypes(types.length)}</summary>
      <fieldset>
        <legend>${words.types}</legend>
        ${TYPES.map((type) =>
          checkField({
            label: type,
            name: 'type',
            value: type,
            checked: types?.includes(type) ?? false,
            hint: EVENT_TYPES[type],
          }),
        )}
      </fieldset>
    </details>`;
}

/** What the fields say; without a choice of mailboxes it keeps those it had, or has all that the admin serves. */
export function receiverIn({ actor }: Visit, form: Form, before: ReceiverForm | null): ReceiverForm {
  const types = TYPES.filter((type) => form.all('type').includes(type));
  const ids = form.ids('mailboxId');
  const unchosen = before === null || form.has('choosesMailboxes') ? actor.mailboxIds : before.mailboxIds;
  return {
    url: form.text('url').trim(),
    name: form.text('name').trim(),
    types: types.length === 0 ? null : types,
    mailboxIds: ids.length > 0 ? ids : unchosen,
  };
}
