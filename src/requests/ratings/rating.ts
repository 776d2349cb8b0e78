import type { Language } from '../../mail/language.ts';
import { DAY } from '../../platform/time.ts';
import type { Rating } from '../request.ts';

/** How long a contact may change what they said. */
export const CHANGEABLE_DAYS = 14;

export const COMMENT_LENGTH = 2000;

/** What a rating link asks about, and what was said so far. */
export type RatingAsked = {
  readonly requestId: number;
  readonly mailboxName: string;
  /** That of the notice. */
  readonly language: Language;
  readonly rating: Rating | null;
  readonly comment: string;
  /** False once the days to change it are over, or a later notice's link was used. */
  readonly isOpen: boolean;
};

/** What a request holds of a rating; null: nobody rated it. */
export type RatingGiven = {
  readonly rating: Rating;
  readonly comment: string;
  readonly ratedAt: Date;
  /** The notice whose link was used. */
  readonly messageId: number;
} | null;

/** Tells whether the link of a notice may still rate. A later notice asks again, and earlier links end. */
export function mayRate(given: RatingGiven, messageId: number, at: Date): boolean {
  if (given === null || messageId > given.messageId) return true;
  if (messageId < given.messageId) return false;
  return at.getTime() < given.ratedAt.getTime() + CHANGEABLE_DAYS * DAY;
}
