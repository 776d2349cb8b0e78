import { createToken } from '../../operators/create-token.ts';
import { findOperator } from '../../operators/find-operator.ts';
import { command } from '../command.ts';

export const tokenCreate = command({
  name: 'token create',
  summary: 'Makes a token for an operator and prints it alone, this once: only its hash is kept.',
  options: {
    operator: {
      type: 'string',
      value: 'ADDRESS',
      required: true,
      sentence: 'Whose token: it may do what they may.',
    },
    name: {
      type: 'string',
      value: 'NAME',
      sentence: 'What it is for, as token list shows it; "command line" unless told.',
    },
  },
  async run(desk, { operator: email, name }) {
    const operator = await findOperator(desk, { kind: 'system' }, { email });
    const token = await createToken(
      desk,
      { kind: 'system' },
      { operatorId: operator.id, name: name ?? 'command line' },
    );
    return { text: `${token.token}\n`, json: token };
  },
});
