import { type Role, ROLES } from '../../../people/access/actor.ts';
import { addOperator } from '../../../people/operators/add-operator.ts';
import { invalidField } from '../../../platform/problems.ts';
import { command } from '../command.ts';

export const operatorAdd = command({
  options: {
    email: { type: 'string', value: 'ADDRESS', required: true, sentence: 'Their email address.' },
    name: {
      type: 'string',
      value: 'NAME',
      required: true,
      sentence: 'The name that contacts and colleagues see.',
    },
    role: { type: 'string', value: 'ROLE', sentence: `One of ${ROLES.join(', ')}. Defaults to agent.` },
  },
  async run(desk, { email, name, role }) {
    const operator = await addOperator(desk, { kind: 'system' }, { email, name, role: readRole(role) });
    return {
      text: `Added ${operator.email} as ${operator.role}, operator ${operator.id}.\n`,
      json: operator,
    };
  },
});

function readRole(text: string | undefined): Role {
  const role = ROLES.find((each) => each === (text ?? 'agent'));
  if (role === undefined) throw invalidField('/role', `is one of ${ROLES.join(', ')}`);
  return role;
}
