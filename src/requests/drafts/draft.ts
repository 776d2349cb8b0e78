import { Problem } from '../../platform/problems.ts';
import type { Action } from '../../people/access/permissions.ts';

export type DraftKind = 'reply' | 'note';

export type DraftFile = {
  readonly id: number;
  readonly name: string;
  readonly contentType: string;
  readonly size: number;
};

/** What an operator has written on a request and not sent yet: one reply and one note each. */
export type Draft = {
  readonly id: number;
  /** Where it is now: a draft goes along when its request is merged. */
  readonly requestId: number;
  readonly kind: DraftKind;
  /** Counts its savings; 0: it only has files so far. */
  readonly version: number;
  readonly text: string;
  /** As typed; null: as a reply without `cc` does it. */
  readonly cc: readonly string[] | null;
  readonly files: readonly DraftFile[];
  readonly updatedAt: Date;
};

/** A draft as a sending names it: one that was saved elsewhere since is not ended unseen. */
export type NamedDraft = { readonly id: number; readonly version: number };

/** What one has to be allowed in order to keep a draft: no more and no less than to send it. */
export const ACTION_OF = { reply: 'requests.reply', note: 'requests.note' } as const satisfies Record<
  DraftKind,
  Action
>;

/** The refusal of what starts from another version than the newest; the newest comes along, null if there is none. */
export function newerVersion(current: Draft | null): Problem {
  const message =
    current === null
      ? 'This draft was sent or discarded meanwhile.'
      : `This draft was saved elsewhere meanwhile; it is at version ${current.version}.`;
  return new Problem('newer_version', message, { members: { draft: current } });
}
