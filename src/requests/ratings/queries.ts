import type { Queryable, Transaction } from '../../platform/db/connect.ts';
import type { Language } from '../../mail/language.ts';
import type { Rating } from '../request.ts';
import type { RatingGiven } from './rating.ts';

export type LinkRow = {
  readonly messageId: number;
  /** Where the notice lies by now: a merge moves it. */
  readonly requestId: number;
  readonly mailboxName: string;
  readonly language: Language;
};

/** The notice that a link came in. */
export async function findLink(db: Queryable, tokenHash: Buffer): Promise<LinkRow | null> {
  const [row] = await db<LinkRow[]>`
    select messages.id as message_id, messages.request_id, mailboxes.name as mailbox_name,
      coalesce(
        (select language from deliveries where deliveries.message_id = messages.id order by id limit 1),
        mailboxes.language) as language
    from rating_links
    join messages on messages.id = rating_links.message_id
    join mailboxes on mailboxes.id = messages.mailbox_id
    where rating_links.token_hash = ${tokenHash}`;
  return row ?? null;
}

export async function findGiven(db: Queryable, requestId: number): Promise<RatingGiven> {
  const [row] = await db<NonNullable<RatingGiven>[]>`
    select rating, rating_comment as comment, rated_at, rating_message_id as message_id
    from requests
    where id = ${requestId} and rating is not null`;
  return row ?? null;
}

export async function markRated(
  tx: Transaction,
  requestId: number,
  given: {
    readonly rating: Rating;
    readonly comment: string;
    readonly ratedAt: Date;
    readonly messageId: number;
  },
  at: Date,
): Promise<void> {
  await tx`
    update requests
    set rating = ${given.rating}, rating_comment = ${given.comment}, rated_at = ${given.ratedAt},
      rating_message_id = ${given.messageId}, updated_at = ${at}
    where id = ${requestId}`;
}
