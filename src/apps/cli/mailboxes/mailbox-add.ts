import { addMailbox } from '../../../mailboxes/settings/add-mailbox.ts';
import { SOURCES } from '../../../intake/sources/sources.ts';
import type { ThreadBy } from '../../../mailboxes/mailbox.ts';
import type { Language } from '../../../mail/language.ts';
import { invalidField } from '../../../platform/problems.ts';
import { command } from '../command.ts';

const LANGUAGES = ['en', 'ru'] as const satisfies readonly Language[];
const THREAD_BY = ['sender', 'conversation'] as const satisfies readonly ThreadBy[];

export const mailboxAdd = command({
  options: {
    address: {
      type: 'string',
      value: 'ADDRESS',
      required: true,
      sentence: 'The address that people write to.',
    },
    source: {
      type: 'string',
      value: 'SOURCE',
      sentence: `How its email comes in: ${Object.keys(SOURCES).join(' or ')}. Defaults to gmail.`,
    },
    microsoft: { type: 'boolean', sentence: 'The same as --source microsoft.' },
    name: { type: 'string', value: 'NAME', sentence: 'The name that contacts see. Defaults to the address.' },
    language: {
      type: 'string',
      value: 'LANGUAGE',
      sentence: `The language of its notices: ${LANGUAGES.join(' or ')}. Defaults to en.`,
    },
    'thread-by': {
      type: 'string',
      value: 'RULE',
      sentence:
        "sender: a new message joins its sender's open request; conversation: only answers do. Defaults to sender.",
    },
    'reopen-days': {
      type: 'string',
      value: 'DAYS',
      sentence: 'For how many days an answer reopens a closed request. Defaults to 0: it opens a new one.',
    },
  },
  async run(desk, values) {
    const source =
      oneOf(Object.keys(SOURCES), '/source', values.source) ?? (values.microsoft ? 'microsoft' : 'gmail');
    const { mailbox, secret } = await addMailbox(
      desk,
      { kind: 'system' },
      {
        address: values.address,
        source,
        name: values.name ?? values.address,
        language: oneOf(LANGUAGES, '/language', values.language),
        threadBy: oneOf(THREAD_BY, '/threadBy', values['thread-by']),
        reopenDays: values['reopen-days'] === undefined ? undefined : Number(values['reopen-days']),
      },
    );
    if (source === 'microsoft') {
      return {
        text:
          `Added ${mailbox.address}, mailbox ${mailbox.id}. Next, connect it to Microsoft 365 (docs/microsoft.md): ` +
          `npx mailroom microsoft connect --mailbox ${mailbox.address} …\n`,
        json: mailbox,
      };
    }
    if (source !== 'gmail')
      return { text: `Added ${mailbox.address}, mailbox ${mailbox.id}.\n`, json: mailbox };
    return {
      text:
        `Added ${mailbox.address}, mailbox ${mailbox.id}. Its relay secret:\n\n${secret}\n\n` +
        `Next, connect its Gmail account: npx mailroom relay print --mailbox ${mailbox.address} --to relay\n`,
      json: { ...mailbox, secret },
    };
  },
});

function oneOf<Value extends string>(
  allowed: readonly Value[],
  pointer: string,
  text: string | undefined,
): Value | undefined {
  if (text === undefined) return undefined;
  const value = allowed.find((each) => each === text);
  if (value === undefined) throw invalidField(pointer, `is one of ${allowed.join(', ')}`);
  return value;
}
