import type { OperatorActor, Role } from './actor.ts';

/** Somebody who answers. `mailboxIds` null means every mailbox, those to come included. */
export type Operator = {
  readonly id: number;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly mailboxIds: readonly number[] | null;
  readonly active: boolean;
  readonly createdAt: Date;
};

/** A token as it is listed; the token itself is shown once, when it is created. */
export type Token = {
  readonly id: number;
  readonly operatorId: number;
  readonly name: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
  /** `read`: whatever the operator may do, this token only looks. */
  readonly scope: TokenScope;
  /** Null: it holds until it is revoked. */
  readonly expiresAt: Date | null;
};

export type TokenScope = 'full' | 'read';

/** The operator as verbs see one. */
export function asActor(operator: Operator): OperatorActor {
  const { id, name, email, role, mailboxIds } = operator;
  return { kind: 'operator', operatorId: id, name, email, role, mailboxIds };
}
