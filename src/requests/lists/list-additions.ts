import type { MessageKind } from '../messages/message-view.ts';

/** What a listed request may say besides, when asked: each costs a query of the page's rows. */
export const ADDITIONS = [
  'unread',
  'snippet',
  'hasAttachments',
  'waitingSince',
  'participantCount',
  'drafts',
] as const;

export type Addition = (typeof ADDITIONS)[number];

/** The beginning of the newest message from a person; in a search, an excerpt of a message around the word that was found. */
export type Snippet = {
  readonly messageId: number;
  readonly kind: MessageKind;
  /** Null for the desk itself. */
  readonly author: string | null;
  readonly text: string;
};

export type Additions = {
  /** True if somebody else wrote what the operator has not seen. */
  readonly unread?: boolean;
  /** Null if nobody has written anything yet. */
  readonly snippet?: Snippet | null;
  readonly hasAttachments?: boolean;
  /** The first message that no reply has followed; null if nobody waits for one. */
  readonly waitingSince?: Date | null;
  readonly participantCount?: number;
  /** What the operator has begun to write. */
  readonly drafts?: readonly ('reply' | 'note')[];
};
