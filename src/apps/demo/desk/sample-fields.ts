import type { OperatorActor } from '../../../people/access/actor.ts';
import type { Deps } from '../../../platform/deps.ts';
import { addField } from '../../../requests/fields/save-field.ts';
import { listRequests } from '../../../requests/lists/list-requests.ts';
import { editRequest } from '../../../requests/request/edit-request.ts';
import { OPEN_STATUSES } from '../../../requests/request.ts';

const ENVIRONMENTS = ['production', 'staging', 'test'];
const SERVICES = ['Shop', 'Payment', 'Delivery', 'Warehouse'];
const IMPACTS = ['one person', 'several people', 'everybody'];

const FIELDS = [
  {
    key: 'environment',
    name: 'Environment',
    kind: 'one_of',
    options: ENVIRONMENTS,
    help: 'Where it happens.',
    shownToContacts: false,
  },
  {
    key: 'affected-service',
    name: 'Affected service',
    kind: 'several_of',
    options: SERVICES,
    help: 'What does not work as it should.',
    shownToContacts: true,
  },
  {
    key: 'impact',
    name: 'Impact',
    kind: 'one_of',
    options: IMPACTS,
    help: 'Whom it keeps from their work.',
    shownToContacts: false,
  },
] as const;

const GIVEN = 24;

/** Three fields that many desks ask for, with values on the open requests that were written to last. */
export async function addSampleFields(deps: Pick<Deps, 'db' | 'clock'>, actor: OperatorActor): Promise<void> {
  for (const field of FIELDS)
    await addField(deps, actor, { ...field, mailboxId: null, neededToResolve: false });
  const { items } = await listRequests(deps, actor, {
    filters: { status: [...OPEN_STATUSES] },
    sort: { field: 'lastMessageAt', descending: true },
    limit: GIVEN,
  });
  for (const [index, { id }] of items.entries()) {
    // Of each third request nobody has asked yet.
    if (index % 3 === 2) continue;
    const fields = {
      environment: ENVIRONMENTS[index % 4] ?? 'production',
      'affected-service': SERVICES.filter(
        (_, place) => place === index % 4 || (place === 1 && index % 5 === 0),
      ),
      impact: IMPACTS[(index % 5) % 3] ?? 'one person',
    };
    await editRequest(deps, actor, { requestId: id, changes: { fields } });
  }
}
