import type { listMailboxes } from '../../../mailboxes/settings/list-mailboxes.ts';

/** A mailbox as it is listed, with what its relay last said. */
export type MailboxRow = Awaited<ReturnType<typeof listMailboxes>>[number];
