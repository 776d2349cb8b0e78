import { html } from 'hono/html';
import { CLOCKS, type ClockView } from '../../../requests/clocks/policy.ts';
import type { RequestView } from '../../../requests/request/request-view.ts';
import { type Html, icon, when } from '../parts/html.ts';
import { MINUTE } from '../../../platform/time.ts';
import type { Visit } from '../shell/visit.ts';
import { clockWords } from './words.ts';

/** That an answer or a resolution is due soon or overdue; while there is time, only if `anyway`. */
export function dueMark(
  visit: Visit,
  { due, clocks }: Pick<RequestView, 'due' | 'clocks'>,
  { anyway }: { readonly anyway: boolean },
): Html | '' {
  if (due === null) return '';
  const { now, deps, format } = visit;
  const words = visit.say(clockWords);
  const isLate = due <= now;
  const isTold = CLOCKS.some((name) => clocks[name]?.state === 'running' && clocks[name].warnedAt !== null);
  if (!isLate && !isTold && !anyway) return '';
  const time = format.duration(Math.abs(due.getTime() - now.getTime()));
  return html`<span class="mark ${isLate ? 'bad' : isTold ? 'pending' : 'quiet'}" title="${format.exact(due)}"
    >${icon('clock', deps.assets)}${isLate ? words.overdue(time) : words.due(time)}</span
  >`;
}

/** Each clock of a request, with when it is due and what is left of the time that counts. */
export function clockFacts(visit: Visit, { clocks }: Pick<RequestView, 'clocks'>): Html {
  const words = visit.say(clockWords);
  return html`${CLOCKS.map((name) =>
    when(
      clocks[name],
      (clock) =>
        html`<dt>${words.clock[name]}</dt>
          <dd data-clock="${name}">
            ${clock.due === null ? '' : visit.format.time(new Date(clock.due))}
            <small>${standing(visit, clock)}</small>
          </dd>`,
    ),
  )}`;
}

function standing({ say, format, now }: Visit, clock: ClockView): string {
  const words = say(clockWords);
  if (clock.state === 'ended') return clock.breachedAt === null ? words.met : words.missed;
  const counted = Math.abs(clock.leftSeconds) * 1000;
  // Hours that count are not the hours until then: "1 day left" beside a day that comes in three would read as a fault.
  const isByCalendar =
    clock.due !== null &&
    Math.abs(Math.abs(new Date(clock.due).getTime() - now.getTime()) - counted) > MINUTE;
  const time = isByCalendar ? words.openTime(format.hours(counted)) : format.duration(counted);
  const left = clock.leftSeconds < 0 ? words.overdue(time) : words.left(time);
  return clock.state === 'paused' ? `${words.paused}, ${left}` : left;
}
