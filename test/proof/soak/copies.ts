import type { Db } from '../../../src/platform/db/connect.ts';
import { ensure } from '../proof.ts';
import type { Arrival, Slot } from './crew.ts';

type Attempt = {
  readonly id: string;
  readonly at: Date;
  readonly endedAt: Date | null;
  readonly outcome: string | null;
  readonly reply: string | null;
};

/**
 * Why mails left more than once, with how many did: nobody can ask an SMTP server whether it took a message, so an attempt whose
 * end nobody saw is made again. That is so of a process that was killed, of one that lived but neither renewed its lease nor wrote
 * how it ended for as long as the lease is, and of an answer that did not come. A second copy for any other reason is a fault.
 */
export async function explainCopies(
  db: Db,
  copies: ReadonlyMap<string, readonly Arrival[]>,
): Promise<ReadonlyMap<string, number>> {
  const repeated = [...copies].filter(([, arrivals]) => arrivals.length > 1);
  const attempts = Map.groupBy(
    await db<Attempt[]>`
      select m.internet_message_id as id, a.at, a.ended_at, a.outcome, a.reply
      from delivery_attempts a
      join deliveries d on d.id = a.delivery_id
      join messages m on m.id = d.message_id
      where m.internet_message_id = any(${repeated.map(([id]) => id)}::text[])
      order by a.id`,
    ({ id }) => id,
  );
  const reasons = new Map<string, number>();
  for (const [id, arrivals] of repeated) {
    const made = attempts.get(id) ?? [];
    const ends = made.map(({ outcome, reply }) => `${outcome} (${reply})`).join('; ');
    const sent = made.filter(({ outcome }) => outcome === 'sent').length;
    ensure(
      arrivals.length <= made.length && sent === 1,
      `a mail leaves again only after an attempt whose end nobody saw: ${id} left ${arrivals.length} times, its attempts were ${ends}`,
    );
    const slots = arrivals.map(({ slot }) => slot);
    for (const reason of made
      .filter(({ outcome }) => outcome !== 'sent')
      .map((each) => reasonOf(each, slots)))
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  return reasons;
}

function reasonOf({ at, endedAt, outcome, reply }: Attempt, slots: readonly Slot[]): string {
  if (outcome !== 'lost') return `no answer to it came: ${reply}`;
  const isWithin = (killed: number): boolean => {
    const time = performance.timeOrigin + killed;
    return time >= at.getTime() && time <= (endedAt?.getTime() ?? Infinity);
  };
  return slots.some(({ kills }) => kills.some(isWithin))
    ? 'its process was killed before it could mark it'
    : 'its process lived, and its lease ended';
}
