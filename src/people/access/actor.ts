/** What one may do, each more than the one before. */
export const ROLES = ['agent', 'lead', 'manager', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** An operator as a verb sees one: who, with which role, and which mailboxes they serve (null: every one). */
export type OperatorActor = {
  readonly kind: 'operator';
  readonly operatorId: number;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly mailboxIds: readonly number[] | null;
  /** The teams they lead: how far the powers of the role `lead` reach. */
  readonly ledTeamIds: readonly number[];
};

/**
 * A contact who uses a page or a token of the identity provider in place of email. Their address says who they are: the requests
 * of the contact with it are theirs, and nothing else is.
 */
export type Requester = { readonly kind: 'requester'; readonly email: string; readonly name: string };

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
