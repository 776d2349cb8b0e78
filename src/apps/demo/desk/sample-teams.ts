import type { OutboxDeps } from '../../../outbox/deps.ts';
import type { OperatorActor } from '../../../people/access/actor.ts';
import { asActor } from '../../../people/operators/operator.ts';
import { addTeam } from '../../../people/teams/save-team.ts';
import { escalateRequest } from '../../../requests/escalation/escalate-request.ts';
import { assignRequest } from '../../../requests/life/assigning.ts';
import { openOnBehalf } from '../../../requests/life/on-behalf.ts';
import { findOrAddOperator } from './find-or-add-operator.ts';

const COLLEAGUES = [
  { email: 'lena@example.com', name: 'Lena Weber', role: 'lead' },
  { email: 'ivan@example.com', name: 'Ivan Sokolov', role: 'agent' },
  { email: 'mara@example.com', name: 'Mara Lindt', role: 'agent' },
] as const;

/** Colleagues in two teams, and a request that one of them has handed up. */
export async function addSampleTeams(
  deps: Pick<OutboxDeps, 'db' | 'clock' | 'wakeDeliveries'>,
  actor: OperatorActor,
  { mailboxId }: { readonly mailboxId: number },
): Promise<void> {
  const [lena, ivan, mara] = [
    await findOrAddOperator(deps, COLLEAGUES[0]),
    await findOrAddOperator(deps, COLLEAGUES[1]),
    await findOrAddOperator(deps, COLLEAGUES[2]),
  ];
  const ofDesk = { mailboxIds: null };
  const first = await addTeam(deps, actor, {
    ...ofDesk,
    name: 'First line',
    memberIds: [ivan.id, mara.id],
    leadIds: [actor.operatorId],
  });
  const billing = await addTeam(deps, actor, {
    ...ofDesk,
    name: 'Billing',
    memberIds: [mara.id],
    leadIds: [lena.id],
  });
  const { requestId } = await openOnBehalf(deps, asActor(ivan), {
    mailboxId,
    contact: { email: 'karl@customer.example', name: 'Karl Kunde' },
    subject: 'Charged twice for November',
    text: 'Karl called: November is on his card twice, and he wants the money back before the weekend.',
    send: false,
    priority: 'P2',
  });
  await assignRequest(deps, actor, { requestId, teamId: first.id });
  await escalateRequest(deps, asActor(ivan), {
    requestId,
    teamId: billing.id,
    reason: 'Only Billing can refund, and he threatens to leave.',
  });
}
