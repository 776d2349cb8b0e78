import type { Db } from '../../src/platform/db/connect.ts';

/** A request as its history tells it, read event by event. */
export type Life = {
  readonly id: number;
  mailbox: number;
  team: number | null;
  operator: number | null;
  category: string | null;
  priority: string;
  opened: Date;
  status: string;
  merged: boolean;
  resolved: Date | null;
  closed: Date | null;
  reopenings: { closed: Date | null; at: Date }[];
  breached: Set<string>;
  rating: string | null;
  rated: Date | null;
  ratedBy: number | null;
};

type Told = {
  readonly requestId: number;
  readonly mailboxId: number;
  readonly type: string;
  readonly old: Readonly<Record<string, any>> | null;
  readonly new: Readonly<Record<string, any>> | null;
  readonly at: Date;
  readonly messageId: number | null;
};

/** The lives of the requests that are not erased, from their events alone. */
export async function livesOf(db: Db): Promise<readonly Life[]> {
  const events = await db<Told[]>`
    select request_id, mailbox_id, type, old, new, at, message_id from events where request_id is not null order by id`;
  const lives = new Map<number, Life>();
  for (const event of events) {
    const life = lives.get(event.requestId) ?? newLife(event);
    lives.set(life.id, life);
    if (/^(request|message|delivery)\./.test(event.type)) follow(life, event);
  }
  return [...lives.values()];
}

function newLife({ requestId, mailboxId, at }: Told): Life {
  return {
    id: requestId,
    mailbox: mailboxId,
    team: null,
    operator: null,
    category: null,
    priority: 'P3',
    opened: at,
    status: 'new',
    merged: false,
    resolved: null,
    closed: null,
    reopenings: [],
    breached: new Set(),
    rating: null,
    rated: null,
    ratedBy: null,
  };
}

function follow(life: Life, { type, old, new: now, at, messageId }: Told): void {
  if (now === null) return;
  // What was split off brought older events with it.
  if (type === 'request.opened') life.opened = at;
  if ('teamId' in now) life.team = now['teamId'];
  if ('assigneeId' in now && type !== 'request.breached' && type !== 'request.due_soon')
    life.operator = now['assigneeId'];
  if ('priority' in now) life.priority = now['priority'];
  if ('category' in now) life.category = now['category'];
  if (type === 'request.breached') life.breached.add(now['clock']);
  if (type === 'request.rated') {
    life.rating = now['rating'];
    // A later notice asks anew; what is said again of the same one counts when it was said first.
    if (life.ratedBy !== messageId) life.rated = at;
    life.ratedBy = messageId;
  }
  if (!('status' in now)) return;
  const [before, after] = [life.status, now['status']];
  const wasSettled = ['resolved', 'closed'].includes(before);
  if (wasSettled && ['request.reopened', 'request.status_changed'].includes(type))
    life.reopenings.push({ closed: before === 'closed' ? life.closed : null, at });
  if (old?.['status'] !== undefined && old['status'] !== before)
    throw new Error(`${life.id} was ${before}, not ${old['status']}, before ${type}`);
  life.merged = type === 'request.merged' || (life.merged && after === 'closed');
  life.status = after;
  if (after === 'resolved') life.resolved ??= at;
  else if (after !== 'closed') life.resolved = null;
  life.closed = after === 'closed' ? at : null;
}
