import type { OwnSettings } from '../../people/own-settings/own-settings.ts';

/** A request in a digest. */
export type DigestLine = {
  readonly id: number;
  readonly subject: string;
  /** Since when its contact waits for an answer. */
  readonly waitingSince: string | null;
  readonly due: string | null;
};

/** What is an operator's, and nobody's in their teams, when their digest is due; each part begins with what is most urgent. */
export type Digest = {
  readonly mineCount: number;
  readonly teamsCount: number;
  readonly breachedCount: number;
  readonly waiting: readonly DigestLine[];
  readonly due: readonly DigestLine[];
  readonly breached: readonly DigestLine[];
  readonly language: OwnSettings['language'];
  readonly timeZone: string | null;
};

/** False when there is nothing to say. */
export function saysSomething({ mineCount, teamsCount }: Digest): boolean {
  return mineCount + teamsCount > 0;
}
