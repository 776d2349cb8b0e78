export type Role = 'agent' | 'lead' | 'admin';

/** An operator as a verb sees one: who, with which role, and which mailboxes they serve (null: every one). */
export type OperatorActor = {
  readonly kind: 'operator';
  readonly operatorId: number;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly mailboxIds: readonly number[] | null;
};

/** Whose eyes a list is seen with: which rows, and which are their own. */
export type Viewer = Pick<OperatorActor, 'operatorId' | 'mailboxIds'>;

/** Who a verb runs for; every event names an actor. */
export type Actor =
  | OperatorActor
  | { readonly kind: 'relay' }
  | { readonly kind: 'contact'; readonly contactId: number }
  | { readonly kind: 'system' };

/** The operator's id for an event row, or null if the actor is not an operator. */
export function actingOperatorId(actor: Actor): number | null {
  return actor.kind === 'operator' ? actor.operatorId : null;
}
