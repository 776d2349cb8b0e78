import type { Operator } from '../operators/operator.ts';
import type { Notifications } from './notifications.ts';

export const THEMES = ['system', 'light', 'dark'] as const;
export const AFTER_SEND = ['stay', 'next', 'list'] as const;
export const LANGUAGES = ['en', 'ru'] as const;

/** How the desk looks and behaves for one operator. */
export type OwnSettings = {
  /** Null: as the browser asks. */
  readonly language: (typeof LANGUAGES)[number] | null;
  /** An IANA name; null: the browser's. */
  readonly timeZone: string | null;
  readonly theme: (typeof THEMES)[number];
  /** Whether single keys without a modifier act (WCAG 2.1.4). */
  readonly singleKeys: boolean;
  /** Where one goes when an answer is sent: nowhere, to the next request, back to the list. */
  readonly afterSend: (typeof AFTER_SEND)[number];
  /** The query string of the list that was shown last; null: none yet. */
  readonly lastView: string | null;
  /** The keys of the fields that a list shows, in their order. */
  readonly listColumns: readonly string[];
};

/** What holds for an operator who has never changed anything. */
export const DEFAULT_SETTINGS: OwnSettings = {
  language: null,
  timeZone: null,
  theme: 'system',
  singleKeys: true,
  afterSend: 'stay',
  lastView: null,
  listColumns: [],
};

/** An operator as they see themselves. */
export type OwnAccount = Operator &
  OwnSettings & { readonly signature: string; readonly notifications: Notifications };

/**
 * True for a time zone by its IANA name. `Intl` takes offsets such as `+03:00` as well: those are refused, because they
 * would go wrong with the next change of the clocks.
 */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
