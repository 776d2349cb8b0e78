import type { Deps } from '../../platform/deps.ts';
import type { Actor, OperatorActor } from '../access/actor.ts';
import { requirePermission } from '../access/permissions.ts';
import { notFound } from '../../platform/problems.ts';
import type { Contact } from './contact.ts';
import { findContactId, findContactRow } from './queries.ts';

/** One contact; `not_found` also when nothing in the operator's mailboxes knows of them. */
export async function findContact(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  contactId: number,
): Promise<Contact> {
  requirePermission(actor, 'contacts.read');
  const contact = await findContactRow(deps.db, actor.mailboxIds, contactId);
  if (contact === null) throw notFound('contact', contactId);
  return contact;
}

/** The id of the contact with an address, for an operator who serves the whole desk; throws `not_found`. */
export async function findContactByEmail(
  deps: Pick<Deps, 'db'>,
  actor: Actor,
  email: string,
): Promise<number> {
  requirePermission(actor, 'contacts.read');
  const id = await findContactId(deps.db, email);
  if (id === null) throw notFound('contact', email);
  return id;
}
