export const CHANNELS = ['mail', 'feed', 'off'] as const;
/** By mail and in the feed of events, in the feed alone, or not at all. */
export type Channel = (typeof CHANNELS)[number];

export const CONCERNS = [
  'assigned',
  'mentioned',
  'breached',
  'needsAttention',
  'newInTeam',
  'digest',
] as const;
/** What an operator may be told of. */
export type Concern = (typeof CONCERNS)[number];

/** Which news reach an operator, and how. */
export type Notifications = Readonly<Record<Concern, Channel>> & {
  /** So long may an assignment be taken back before anybody hears of it. */
  readonly assignedAfterMinutes: number;
  /** 1 is Monday. */
  readonly digestWeekday: number;
  /** In the operator's zone. */
  readonly digestHour: number;
};
