import { html } from 'hono/html';
import { decodeHeaderText } from '../../../mail/mime/encoded-words.ts';
import type { RelayLine } from '../gmail-side.ts';
import type { MessageSummary } from '../gmail/protocol.ts';
import type { EmailOutcome } from '../queries.ts';
import { shownTime } from './shown-time.ts';

export type Markup = ReturnType<typeof html>;

const SHOWN_MAILS = 6;
const SHOWN_LINES = 8;

/** What lies in the Gmail account, with the labels by which the relay script keeps its books, and what the script logs. */
export function gmailView(
  mails: readonly MessageSummary[],
  outcomes: readonly EmailOutcome[],
  lines: readonly RelayLine[],
  now: Date,
): Markup {
  return html`${mails.length === 0 ? EMPTY : rowsView(mails.slice(0, SHOWN_MAILS), outcomes)}
    ${mails.length > SHOWN_MAILS ? html`<p class="quiet">and ${mails.length - SHOWN_MAILS} earlier</p>` : ''}
    <details data-details="relay log">
      <summary>What the relay script logs</summary>
      <ul class="log">
        ${lines
          .slice(0, SHOWN_LINES)
          .map(
            ({ at, level, text }) =>
              html`<li class="${level === 'log' ? '' : 'alarm'}">
                <time>${shownTime(at, now)}</time> ${text}
              </li>`,
          )}
      </ul>
    </details>`;
}

const EMPTY = html`<p class="empty">
  The account is empty. An arriving email gets the label mailroom/queue from a filter; once the desk has
  confirmed that it is stored, the script changes that to mailroom/done.
</p>`;

function rowsView(mails: readonly MessageSummary[], outcomes: readonly EmailOutcome[]): Markup {
  const outcomeOf = new Map(outcomes.map((outcome) => [outcome.sourceId, outcome]));
  return html`<ul class="rows">
    ${mails.map(
      ({ id, subject, labels }) =>
        html`<li>
          <span>
            ${decodeHeaderText(subject, null) || '(no subject)'}
            <span class="quiet">${outcomeWords(outcomeOf.get(id))}</span>
          </span>
          <span class="labels">${labelChips(labels)}</span>
        </li>`,
    )}
  </ul>`;
}

function outcomeWords(outcome: EmailOutcome | undefined): string {
  if (outcome === undefined) return 'not handed over yet';
  const request = `request ${outcome.requestId}`;
  const words: Readonly<Record<EmailOutcome['outcome'], string>> = {
    opened: `opened ${request}`,
    appended: `joined ${request}`,
    recorded: outcome.requestId === null ? 'recorded' : `recorded on ${request}`,
    quarantined: `kept in quarantine: ${outcome.reason}`,
    discarded: 'discarded from quarantine',
    erased: 'erased',
  };
  return words[outcome.outcome];
}

/** Labels as Gmail shows them beside a subject; those of the relay stand out. */
export function labelChips(labels: readonly string[]): Markup {
  return html`${labels.map(
    (label) =>
      html`<span class="label${label.startsWith('mailroom/') ? ` ${label.replace('/', '-')}` : ''}"
        >${label}</span
      >`,
  )}`;
}
