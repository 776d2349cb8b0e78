import type { OperatorActor, Role } from '../access/actor.ts';

/** Somebody who answers. `mailboxIds` null means every mailbox, those to come included. */
export type Operator = {
  readonly id: number;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly mailboxIds: readonly number[] | null;
  /** The teams they lead. */
  readonly ledTeamIds: readonly number[];
  readonly active: boolean;
  readonly createdAt: Date;
};

/** The operator as verbs see one. */
export function asActor(operator: Operator): OperatorActor {
  const { id, name, email, role, mailboxIds, ledTeamIds } = operator;
  return { kind: 'operator', operatorId: id, name, email, role, mailboxIds, ledTeamIds };
}
