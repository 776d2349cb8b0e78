import { createToken } from '../../../people/credentials/create-token.ts';
import { findOperator } from '../../../people/operators/find-operator.ts';
import { invalidField } from '../../../platform/problems.ts';
import { command } from '../command.ts';
import { DAY } from '../../../platform/time.ts';

export const tokenCreate = command({
  options: {
    operator: {
      type: 'string',
      value: 'ADDRESS',
      required: true,
      sentence: 'The operator the token acts for, with their permissions.',
    },
    name: {
      type: 'string',
      value: 'NAME',
      sentence: 'What it is for, as token list shows it. Defaults to "command line".',
    },
    'read-only': { type: 'boolean', sentence: 'The token can only read, whatever the operator may do.' },
    days: {
      type: 'string',
      value: 'N',
      sentence: 'For how many days it is valid. Defaults to no end.',
    },
  },
  async run(desk, { operator: email, name, 'read-only': readOnly, days }) {
    const operator = await findOperator(desk, { kind: 'system' }, { email });
    const token = await createToken(
      desk,
      { kind: 'system' },
      {
        operatorId: operator.id,
        name: name ?? 'command line',
        scope: readOnly ? 'read' : 'full',
        expiresAt: days === undefined ? null : inDays(desk.clock.now(), days),
      },
    );
    return { text: `${token.token}\n`, json: token };
  },
});

function inDays(now: Date, text: string): Date {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw invalidField('/days', 'is a number of days, such as 90');
  return new Date(now.getTime() + Number(text) * DAY);
}
