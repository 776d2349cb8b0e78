import { DAY } from '../../platform/time.ts';
import type { FieldError } from '../../platform/problems.ts';

/** What goes after days, in the order in which it may. */
export const STEPS = ['originals', 'attachments', 'bodies', 'requests'] as const;

export type RetentionStep = (typeof STEPS)[number];

/** How many days after a request was closed each goes; null: never. */
export type Retention = { readonly [Name in RetentionStep as `${Name}Days`]: number | null };

export const KEEPS_ALL: Retention = {
  originalsDays: null,
  attachmentsDays: null,
  bodiesDays: null,
  requestsDays: null,
};

/** How many of each go. A request that goes whole is counted as that alone. */
export type Going = { readonly [Name in RetentionStep]: number };

export const MOST_DAYS = 36_500;

const WHY = {
  attachments: 'the original of an email has its attachments in it',
  bodies: 'an attachment belongs to a message that can be read',
  requests: 'a request goes with all that is in it',
} as const;

/** What is wrong with the order: each step has to be done by the time of the next. */
export function faultsInOrder(retention: Retention): FieldError[] {
  return STEPS.slice(1).flatMap((step, index) => {
    const before = STEPS[index];
    if (before === undefined || step === 'originals') return [];
    const [sooner, later] = [retention[`${before}Days`], retention[`${step}Days`]];
    if (later === null || (sooner !== null && sooner <= later)) return [];
    return [{ pointer: `/${before}Days`, detail: `must be at most ${later}, as ${step} are: ${WHY[step]}` }];
  });
}

/** What was closed by then has each step behind it or due; null: nothing ever has. */
export type Cutoffs = { readonly [Name in RetentionStep]: Date | null };

export function cutoffsAt(retention: Retention, now: Date): Cutoffs {
  const cut = (days: number | null) => (days === null ? null : new Date(now.getTime() - days * DAY));
  return {
    originals: cut(retention.originalsDays),
    attachments: cut(retention.attachmentsDays),
    bodies: cut(retention.bodiesDays),
    requests: cut(retention.requestsDays),
  };
}
