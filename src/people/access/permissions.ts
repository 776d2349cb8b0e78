import { Problem } from '../../platform/problems.ts';
import type { Actor, OperatorActor, Role } from './actor.ts';

const EVERYBODY = ['agent', 'lead', 'admin'] as const satisfies readonly Role[];
const LEADS = ['lead', 'admin'] as const satisfies readonly Role[];
const ADMINS = ['admin'] as const satisfies readonly Role[];

/** Who may do what: the one table. Which requests it covers is decided by the operator's mailboxes. */
const ROLES_ALLOWED = {
  'requests.read': EVERYBODY,
  'requests.open': EVERYBODY,
  'requests.take': EVERYBODY,
  /** Taking a request that is assigned to somebody else. */
  'requests.take_over': LEADS,
  /** Giving a request to anybody but oneself, or taking it from another. */
  'requests.assign': LEADS,
  'requests.reply': EVERYBODY,
  'requests.note': EVERYBODY,
  'requests.pend': EVERYBODY,
  'requests.resolve': EVERYBODY,
  'requests.close': EVERYBODY,
  'requests.reopen': EVERYBODY,
  'requests.merge': EVERYBODY,
  'requests.split': EVERYBODY,
  'requests.edit': EVERYBODY,
  'policies.read': EVERYBODY,
  /** What a mailbox promises by when. */
  'policies.edit': LEADS,
  'calendars.read': EVERYBODY,
  /** When time counts; calendars are the whole desk's. */
  'calendars.edit': LEADS,
  /** Giving a view to everybody, and changing or removing one that everybody has. */
  'views.share': LEADS,
  /** Canned replies of a mailbox or of the desk; everybody keeps their own. */
  'canned_replies.share': LEADS,
  'contacts.read': EVERYBODY,
  'contacts.edit': EVERYBODY,
  'contacts.block': EVERYBODY,
  /** Everything that is held about somebody, in one file. */
  'contacts.export': ADMINS,
  /** For good: contacts, requests, messages, attachments. */
  erase: ADMINS,
  'intake.read': EVERYBODY,
  /** Releasing from quarantine or discarding. */
  'intake.decide': EVERYBODY,
  'operators.read': EVERYBODY,
  'operators.add': ADMINS,
  'operators.edit': ADMINS,
  'tokens.manage': ADMINS,
  /** Settings, templates and signature of a mailbox. */
  'mailboxes.edit': LEADS,
  'mailboxes.manage': ADMINS,
  /** Which other programs get which events. */
  'webhooks.manage': ADMINS,
  /** Making an issue of a request, tying it to one, and untying it. */
  'jira.link': EVERYBODY,
  /** How a connection stands, and what it sees. */
  'jira.watch': LEADS,
  /** A connection by which one's own comments bear one's own name. */
  'jira.connect_own': EVERYBODY,
  /** The desk's connections, and which mailbox's requests become issues. */
  'jira.manage': ADMINS,
} as const satisfies Record<string, readonly Role[]>;

export type Action = keyof typeof ROLES_ALLOWED;

/** Every action of the table. */
export const ACTIONS = Object.keys(ROLES_ALLOWED) as readonly Action[];

/** True when the actor's role allows the action; the server itself may do everything. */
export function may(actor: Actor, action: Action): boolean {
  if (actor.kind === 'system') return true;
  if (actor.kind !== 'operator') return false;
  const roles: readonly Role[] = ROLES_ALLOWED[action];
  return roles.includes(actor.role);
}

/** Refuses an actor whose role does not allow the action. */
export function requirePermission(actor: Actor, action: Action): void {
  if (may(actor, action)) return;
  const roles: readonly Role[] = ROLES_ALLOWED[action];
  throw new Problem('forbidden', `This takes the role ${roles.join(' or ')}.`);
}

/**
 * Refuses an actor who does not serve all of another operator's mailboxes: an admin of some mailboxes gives nobody more
 * than they have, and cannot replace an operator who has more.
 */
export function requireServingAll(actor: Actor, mailboxIds: readonly number[] | null): void {
  if (actor.kind !== 'operator' || actor.mailboxIds === null) return;
  const own = actor.mailboxIds;
  if (mailboxIds !== null && mailboxIds.every((id) => own.includes(id))) return;
  throw new Problem('forbidden', 'Only an admin who serves every mailbox of this operator may do this.');
}

/**
 * Refuses an actor who does not serve every mailbox, future ones included: only they manage what belongs to no single
 * mailbox.
 */
export function requireWholeDesk(actor: Actor): void {
  if (actor.kind !== 'operator' || actor.mailboxIds === null) return;
  throw new Problem('forbidden', 'Only an operator who serves every mailbox may do this.');
}

/** Refuses an actor who is neither the author of an unsent text nor a lead. */
export function requireOwnWords(actor: OperatorActor, authorOperatorId: number | null): void {
  if (authorOperatorId === actor.operatorId || may(actor, 'requests.take_over')) return;
  throw new Problem('forbidden', 'Only its author, a lead or an admin may change or stop a reply.');
}

/** True when the operator serves the mailbox. What lies in any other does not exist for them: answer 404, not 403. */
export function servesMailbox(operator: Pick<OperatorActor, 'mailboxIds'>, mailboxId: number): boolean {
  return operator.mailboxIds === null || operator.mailboxIds.includes(mailboxId);
}
