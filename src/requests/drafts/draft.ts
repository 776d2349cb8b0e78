import { Problem } from '../../platform/problems.ts';
import type { Action } from '../../people/access/permissions.ts';

export type DraftKind = 'reply' | 'note';

export type DraftFile = {
  readonly id: number;
  readonly name: string;
  readonly contentType: string;
  readonly size: number;
};

/** What an operator has written on a request and not sent yet: at most one reply and one note each. */
export type Draft = {
  readonly id: number;
  /** The request it is on now: a draft moves along when its request is merged. */
  readonly requestId: number;
  readonly kind: DraftKind;
  /** How many times it was saved; 0 while it only has files. */
  readonly version: number;
  readonly text: string;
  /** As typed. Null means the default of a reply without `cc`. */
  readonly cc: readonly string[] | null;
  readonly files: readonly DraftFile[];
  readonly updatedAt: Date;
};

/** A draft as a reply or note names it: if it was saved elsewhere since, it is not ended unseen. */
export type NamedDraft = { readonly id: number; readonly version: number };

/** The permission to keep a draft: the same as to send it. */
export const ACTION_OF = { reply: 'requests.reply', note: 'requests.note' } as const satisfies Record<
  DraftKind,
  Action
>;

/** Refuses a change that is not based on the newest version, which the refusal carries; `newest` is null without a draft. */
export function newerVersion(current: Draft | null): Problem {
  const message =
    current === null
      ? 'This draft was sent or discarded meanwhile.'
      : `This draft was saved elsewhere meanwhile; it is at version ${current.version}.`;
  return new Problem('newer_version', message, { members: { draft: current } });
}
