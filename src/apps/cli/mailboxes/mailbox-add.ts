import { addMailbox } from '../../../mailboxes/settings/add-mailbox.ts';
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
      sentence: 'The Gmail address that people write to.',
    },
    name: { type: 'string', value: 'NAME', sentence: 'The name that contacts see; the address unless told.' },
    language: {
      type: 'string',
      value: 'LANGUAGE',
      sentence: `Of its notices: ${LANGUAGES.join(' or ')}; en unless told.`,
    },
    'thread-by': {
      type: 'string',
      value: 'RULE',
      sentence: 'sender: new mail joins its open request; conversation: only answers do. sender unless told.',
    },
    'reopen-days': {
      type: 'string',
      value: 'DAYS',
      sentence: 'How long an answer to a closed request reopens it; 0, the default, opens a new one.',
    },
  },
  async run(desk, values) {
    const { mailbox, secret } = await addMailbox(
      desk,
      { kind: 'system' },
      {
        address: values.address,
        name: values.name ?? values.address,
        language: oneOf(LANGUAGES, '/language', values.language),
        threadBy: oneOf(THREAD_BY, '/threadBy', values['thread-by']),
        reopenDays: values['reopen-days'] === undefined ? undefined : Number(values['reopen-days']),
      },
    );
    return {
      text:
        `Added ${mailbox.address}, mailbox ${mailbox.id}. Its relay secret:\n\n${secret}\n\n` +
        `Next, connect its Gmail account: npm run -s mailroom -- relay print --mailbox ${mailbox.address} --to relay\n`,
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
