import type { Fragment, Queryable } from '../../platform/db/connect.ts';

/** `warned`: 80 % are over and it is not breached; `none`: no clock runs. */
export const DUE_STATES = ['breached', 'warned', 'running', 'none'] as const;
export type DueState = (typeof DUE_STATES)[number];

/** The condition that a request `r` is in one of these states. */
export function isDue(db: Queryable, states: readonly DueState[]): Fragment {
  // Which statistics know nothing of: of what is unknown but true or false they expect half, and the list is walked.
  const told = (alarm: 'breached' | 'warned'): Fragment =>
    db`coalesce(${alarm} in (clock_alarm(r.first_answer), clock_alarm(r.next_answer), clock_alarm(r.resolution)), false)`;
  const conditions: Readonly<Record<DueState, Fragment>> = {
    breached: db`r.status <> 'closed' and ${told('breached')}`,
    warned: db`r.status <> 'closed' and ${told('warned')} and not ${told('breached')}`,
    running: db`r.due_at is not null`,
    none: db`r.due_at is null`,
  };
  const any = states.reduce((all, state) => db`${all} or ${conditions[state]}`, db`false`);
  return db`(${any})`;
}
