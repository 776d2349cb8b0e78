import type { Language } from '../../mail/language.ts';
import type { Queryable, Transaction } from '../../platform/db/connect.ts';
import { storedBytes } from '../../platform/db/stored-bytes.ts';

export type NewPost = {
  readonly mailboxId: number;
  readonly email: string;
  readonly name: string;
  readonly network: string;
  readonly language: Language;
  readonly subject: string;
  readonly excerpt: string;
  readonly raw: Buffer;
  readonly postedAt: Date;
  readonly expiresAt: Date;
};

/** What was posted of late, and how many bytes wait for their confirmation. */
export type PostCounts = {
  readonly ofAddress: number;
  readonly ofNetwork: number;
  readonly waitingBytes: number;
};

/** Makes posts wait for each other until the transaction ends, so that the limits hold exactly. */
export async function lockPosts(tx: Transaction, key: number): Promise<void> {
  await tx`select pg_advisory_xact_lock(${key})`;
}

export async function countPosts(
  db: Queryable,
  { email, network, since }: { readonly email: string; readonly network: string; readonly since: Date },
): Promise<PostCounts> {
  const [row] = await db<PostCounts[]>`
    select
      (select count(*) from form_posts where email = ${email} and posted_at > ${since}) as of_address,
      (select count(*) from form_posts where network = ${network} and posted_at > ${since}) as of_network,
      (select coalesce(sum(octet_length(raw)), 0)::bigint from form_posts) as waiting_bytes`;
  if (row === undefined) throw new Error('counting gave no row');
  return row;
}

export async function insertPost(tx: Transaction, post: NewPost): Promise<number> {
  const raw = await storedBytes(tx, post.raw);
  const [row] = await tx<{ id: number }[]>`
    insert into form_posts
      (mailbox_id, email, name, network, language, subject, excerpt, raw, posted_at, expires_at)
    values (${post.mailboxId}, ${post.email}, ${post.name}, ${post.network}, ${post.language}, ${post.subject}, ${post.excerpt},
      ${raw.expression}, ${post.postedAt}, ${post.expiresAt})
    returning id`;
  if (row === undefined) throw new Error('insert returned no row');
  return row.id;
}

/** Stores the hash of the secret that is about to be mailed; null when there is nothing to confirm any more. */
export async function markPostMailed(
  db: Queryable,
  postId: number,
  { hash, now }: { readonly hash: Buffer; readonly now: Date },
): Promise<{ readonly language: Language; readonly mailboxName: string } | null> {
  const [row] = await db<{ language: Language; mailboxName: string }[]>`
    update form_posts
    set hash = ${hash}
    from mailboxes
    where form_posts.id = ${postId} and mailboxes.id = mailbox_id and confirmed_at is null and expires_at > ${now}
    returning form_posts.language, mailboxes.name as mailbox_name`;
  return row ?? null;
}

export type WaitingPost = {
  readonly id: number;
  readonly mailboxAddress: string;
  readonly mailboxName: string;
  readonly email: string;
  readonly name: string;
  readonly subject: string;
  readonly excerpt: string;
};

/** What a link confirms, while it does and the mailbox still has its form. */
export async function findWaitingPost(db: Queryable, hash: Buffer, now: Date): Promise<WaitingPost | null> {
  const [row] = await db<WaitingPost[]>`
    select p.id, m.address as mailbox_address, m.name as mailbox_name, p.email, p.name, p.subject, p.excerpt
    from form_posts p
    join mailboxes m on m.id = p.mailbox_id
    where p.hash = ${hash} and p.confirmed_at is null and p.expires_at > ${now} and m.offers_form`;
  return row ?? null;
}

export async function readPost(db: Queryable, postId: number): Promise<Buffer | null> {
  const [row] = await db<{ raw: Buffer | null }[]>`select raw from form_posts where id = ${postId}`;
  return row?.raw ?? null;
}

/** Notes that a post is filed, and lets go of its words; false for all but one of those who do it at once. */
export async function markPostConfirmed(tx: Transaction, postId: number, at: Date): Promise<boolean> {
  const confirmed = await tx`
    update form_posts
    set confirmed_at = ${at}, raw = null, subject = '', excerpt = ''
    where id = ${postId} and confirmed_at is null`;
  return confirmed.count > 0;
}

/** Deletes what was posted up to a time; returns how many there were. */
export async function deletePosts(db: Queryable, upTo: Date): Promise<number> {
  const deleted = await db`delete from form_posts where posted_at <= ${upTo}`;
  return deleted.count;
}
