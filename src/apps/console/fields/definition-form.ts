import { html } from 'hono/html';
import { type Field, FIELD_KINDS, isChoice } from '../../../requests/fields/field.ts';
import type { MailboxRow } from '../../../mailboxes/settings/list-mailboxes.ts';
import { areaField, checkField, selectField, textField } from '../parts/fields.ts';
import { type Html, when } from '../parts/html.ts';
import { faultOf } from '../shell/refused.ts';
import type { Visit } from '../shell/visit.ts';
import { optionsIn, type RefusedDefinition } from './field-in-form.ts';
import { fieldWords } from './words.ts';

/** What a field is called and asks for; drawn again with what was typed and what is wrong with it. */
export function definitionForm(visit: Visit, field: Field, refused: RefusedDefinition | null): Html {
  const words = visit.say(fieldWords);
  const mine = refused?.fieldId === field.id ? refused : null;
  return html`<form method="post" action="/settings/fields/${field.id}" class="stack form">
    <p class="quiet"><code>field.${field.key}</code></p>
    ${shared(visit, field, mine)} ${replacements(visit, mine)}
    <div class="verbs">
      <button class="primary" name="verb" value="save">${words.save}</button>
      ${dropBox(visit, mine)}
      <button name="verb" value="remove" class="danger" formnovalidate>${words.remove}</button>
    </div>
  </form>`;
}

/** The same for a field that is not there yet, which has a key, a kind and requests to be asked of. */
export function newFieldForm(
  visit: Visit,
  mailboxes: readonly MailboxRow[],
  refused: RefusedDefinition | null,
): Html {
  const words = visit.say(fieldWords);
  const mine = refused?.fieldId === null ? refused : null;
  const typed = (name: string): string => mine?.form.text(name) ?? '';
  const desk = visit.actor.mailboxIds === null ? [['', words.desk] as const] : [];
  return html`<form method="post" action="/settings/fields" class="stack form">
    ${selectField({
      label: words.of,
      name: 'mailboxId',
      value: typed('mailboxId'),
      options: [...desk, ...mailboxes.map((each) => [each.id, each.address] as const)],
    })}
    ${textField({
      label: words.key,
      name: 'key',
      hint: words.keyHint,
      value: typed('key'),
      required: true,
      placeholder: 'environment',
      fault: faultOf(mine?.problem, 'key'),
    })}
    ${selectField({
      label: words.kind,
      name: 'kind',
      value: typed('kind'),
      options: FIELD_KINDS.map((kind) => [kind, words.kinds[kind]] as const),
    })}
    ${shared(visit, null, mine)}
    <div class="verbs"><button class="primary">${words.add}</button></div>
  </form>`;
}

function shared(visit: Visit, field: Field | null, refused: RefusedDefinition | null): Html {
  const words = visit.say(fieldWords);
  const form = refused?.form;
  const fault = (name: string): string | undefined => faultOf(refused?.problem, name);
  return html`${textField({
    label: words.name,
    name: 'name',
    value: form?.text('name') ?? field?.name ?? '',
    required: true,
    fault: fault('name'),
  })}
  ${when(
    field === null || isChoice(field.kind),
    () =>
      html`<div class="stack for-choice">
        ${areaField({
          label: words.options,
          name: 'options',
          hint: words.optionsHint,
          value: form?.text('options') ?? field?.options.join('\n') ?? '',
          rows: Math.max(3, field?.options.length ?? 0),
          fault: fault('options'),
        })}
      </div>`,
  )}
  ${textField({
    label: words.help,
    name: 'help',
    hint: words.helpHint,
    value: form?.text('help') ?? field?.help ?? '',
    fault: fault('help'),
  })}
  ${checkField({
    label: words.needed,
    name: 'neededToResolve',
    checked: form?.has('neededToResolve') ?? field?.neededToResolve ?? false,
  })}
  ${checkField({
    label: words.shown,
    name: 'shownToContacts',
    hint: words.shownHint,
    checked: form?.has('shownToContacts') ?? field?.shownToContacts ?? false,
  })}`;
}

// Choices that requests have go only with what these get instead.
function replacements(visit: Visit, refused: RefusedDefinition | null): Html | '' {
  const inUse = refused?.problem.extras.members?.['inUse'] as Readonly<Record<string, number>> | undefined;
  if (refused === null || inUse === undefined) return '';
  const words = visit.say(fieldWords);
  const options = [
    ['', words.nothing] as const,
    ...optionsIn(refused.form).map((each) => [each, each] as const),
  ];
  return html`${Object.entries(inUse).map(
    ([option, requests]) =>
      html`<input type="hidden" name="gone" value="${option}" />${selectField({
          label: words.inUse(option, requests),
          name: 'instead',
          options,
        })}`,
  )}`;
}

function dropBox(visit: Visit, refused: RefusedDefinition | null): Html | '' {
  const requests = refused?.problem.extras.members?.['requests'];
  if (refused?.form.text('verb') !== 'remove' || typeof requests !== 'number') return '';
  return checkField({ label: visit.say(fieldWords).drop(requests), name: 'drop', checked: false });
}
