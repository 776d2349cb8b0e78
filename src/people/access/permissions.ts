import { Problem } from '../../platform/problems.ts';
import { type Actor, type OperatorActor, type Requester, type Role, ROLES } from './actor.ts';

/** `its lead`: the role `lead`, for what belongs to a team they lead, or to no team. */
type Grant = Role | 'its lead' | 'requester';

const EVERYBODY = ROLES;
const LEADS = ['lead', 'manager', 'admin'] as const satisfies readonly Grant[];
const ITS_LEADS = ['its lead', 'manager', 'admin'] as const satisfies readonly Grant[];
const MANAGERS = ['manager', 'admin'] as const satisfies readonly Grant[];
const ADMINS = ['admin'] as const satisfies readonly Grant[];
const REQUESTERS = ['requester'] as const satisfies readonly Grant[];

/**
 * Who may do what: the one table. Which requests it covers is decided by the operator's mailboxes. What is a mailbox's or the
 * desk's belongs to no team, and is every lead's.
 */
const ROLES_ALLOWED = {
  'requests.read': EVERYBODY,
  'requests.open': EVERYBODY,
  'requests.take': EVERYBODY,
  /** Taking a request that is assigned to somebody else. */
  'requests.take_over': ITS_LEADS,
  /** Giving a request to a team or to anybody but oneself, or taking it from another: for whose it is and whose it becomes. */
  'requests.assign': ITS_LEADS,
  /** Handing it up, and saying that it is over. */
  'requests.escalate': EVERYBODY,
  'requests.reply': EVERYBODY,
  'requests.note': EVERYBODY,
  'requests.pend': EVERYBODY,
  'requests.resolve': EVERYBODY,
  'requests.close': EVERYBODY,
  'requests.reopen': EVERYBODY,
  'requests.merge': EVERYBODY,
  'requests.split': EVERYBODY,
  'requests.edit': EVERYBODY,
  'teams.read': EVERYBODY,
  'teams.add': MANAGERS,
  /** A team's name and who is in it. */
  'teams.edit': ITS_LEADS,
  'teams.remove': MANAGERS,
  /** How a team does, in numbers. */
  'teams.figures': ITS_LEADS,
  'rules.read': EVERYBODY,
  /** What a mailbox does by itself. */
  'rules.edit': LEADS,
  'policies.read': EVERYBODY,
  /** What a mailbox promises by when. */
  'policies.edit': LEADS,
  'calendars.read': EVERYBODY,
  /** When time counts; calendars are the whole desk's. */
  'calendars.edit': LEADS,
  'fields.read': EVERYBODY,
  /** What requests are asked. */
  'fields.edit': LEADS,
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
  /** What mailboxes let go of by themselves, and when. */
  'retention.manage': ADMINS,
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
  /** Of the contact that one is oneself: what one asked, and what the desk answered. */
  'own_requests.read': REQUESTERS,
  'own_requests.open': REQUESTERS,
  'own_requests.write': REQUESTERS,
  /** Rewording and withdrawing, while nobody has taken it. */
  'own_requests.change': REQUESTERS,
} as const satisfies Record<string, readonly Grant[]>;

export type Action = keyof typeof ROLES_ALLOWED;

/** Every action of the table. */
export const ACTIONS = Object.keys(ROLES_ALLOWED) as readonly Action[];

/**
 * True when the actor's role allows the action, on what belongs to any of these teams (none: to the whole desk; left out: on
 * something at least); the server itself may do everything.
 */
export function may(actor: Actor | Requester, action: Action, teamIds: readonly number[] = []): boolean {
  if (actor.kind === 'system') return true;
  const grants: readonly Grant[] = ROLES_ALLOWED[action];
  if (actor.kind === 'requester') return grants.includes('requester');
  if (actor.kind !== 'operator') return false;
  if (grants.includes(actor.role)) return true;
  if (actor.role !== 'lead' || !grants.includes('its lead')) return false;
  return teamIds.length === 0 || teamIds.some((id) => actor.ledTeamIds.includes(id));
}

/** Refuses an actor whose role does not allow the action, or not on what belongs to these teams. */
export function requirePermission(
  actor: Actor | Requester,
  action: Action,
  teamIds: readonly number[] = [],
): void {
  if (may(actor, action, teamIds)) return;
  const grants: readonly Grant[] = ROLES_ALLOWED[action];
  if (may(actor, action))
    throw new Problem('forbidden', 'This takes a lead of its team, or the role manager or admin.');
  const roles = grants.map((grant) => (grant === 'its lead' ? 'lead' : grant));
  throw new Problem('forbidden', `This takes the role ${roles.join(' or ')}.`);
}

/**
 * Refuses an actor who does not serve all of the mailboxes of another operator or of a team: an admin of some mailboxes gives
 * nobody more than they have, and cannot replace who has more.
 */
export function requireServingAll(actor: Actor, mailboxIds: readonly number[] | null): void {
  if (actor.kind !== 'operator' || actor.mailboxIds === null) return;
  const own = actor.mailboxIds;
  if (mailboxIds !== null && mailboxIds.every((id) => own.includes(id))) return;
  throw new Problem('forbidden', 'Only somebody who serves every one of these mailboxes may do this.');
}

/**
 * Refuses an actor who does not serve every mailbox, future ones included: only they manage what belongs to no single
 * mailbox.
 */
export function requireWholeDesk(actor: Actor): void {
  if (actor.kind !== 'operator' || actor.mailboxIds === null) return;
  throw new Problem('forbidden', 'Only an operator who serves every mailbox may do this.');
}

/** Refuses an actor who is neither the author of an unsent text nor a lead of the teams that it belongs to. */
export function requireOwnWords(
  actor: OperatorActor,
  words: { readonly authorOperatorId: number | null; readonly teamIds: readonly number[] },
): void {
  if (words.authorOperatorId === actor.operatorId || may(actor, 'requests.take_over', words.teamIds)) return;
  throw new Problem(
    'forbidden',
    'Only its author, a lead of its team, a manager or an admin may change or stop a reply.',
  );
}

/** True when the operator serves the mailbox. What lies in any other does not exist for them: answer 404, not 403. */
export function servesMailbox(operator: Pick<OperatorActor, 'mailboxIds'>, mailboxId: number): boolean {
  return operator.mailboxIds === null || operator.mailboxIds.includes(mailboxId);
}
