import { systemClock } from '../../src/platform/clock.ts';
import { connect } from '../../src/platform/db/connect.ts';
import type { OperatorActor } from '../../src/people/access/actor.ts';
import type { RequestFilters } from '../../src/requests/lists/filter-queries.ts';
import { listRequests } from '../../src/requests/lists/list-requests.ts';
import { REQUEST_SORTS } from '../../src/requests/lists/request-sorts.ts';
import { parseSearch } from '../../src/platform/lists/search-terms.ts';
import type { Table } from './table.ts';

const TIMES = 21;
const admin: OperatorActor = {
  kind: 'operator',
  operatorId: 1,
  name: 'Bench',
  email: 'bench@desk.example.com',
  role: 'admin',
  mailboxIds: null,
  ledTeamIds: [],
};
const agent: OperatorActor = { ...admin, role: 'agent', mailboxIds: [3, 4] };
const OPEN = ['new', 'in_progress', 'pending'] as const;

/** How long a page of 50 takes among so many requests, with three messages each: the median and the slowest of some. */
export async function benchLists(databaseUrl: string, many: number, table: Table): Promise<void> {
  const db = connect(databaseUrl, { max: 2 });
  const search = (text: string): RequestFilters => ({ q: parseSearch(text) ?? [] });
  const cases: readonly (readonly [
    name: string,
    filters: RequestFilters,
    sort: string,
    actor?: OperatorActor,
  ])[] = [
    ...['createdAt', '-updatedAt', '-lastMessageAt', 'priority', 'subject', 'contact.name'].map(
      (sort): [string, RequestFilters, string] => [`sort ${sort}`, {}, sort],
    ),
    ['status', { status: ['pending'] }, '-lastMessageAt'],
    ['an agent’s open requests', { status: OPEN }, '-lastMessageAt', agent],
    ['an agent’s open requests by priority', { status: OPEN }, 'priority', agent],
    ['assignee', { assigneeId: 7 }, '-lastMessageAt'],
    ['contact', { contactId: [77] }, '-lastMessageAt'],
    ['tag', { tag: ['tag7'] }, '-lastMessageAt'],
    ['a rare word', search('w7777'), '-lastMessageAt'],
    ['a common word', search('printer'), '-lastMessageAt'],
    ['two words', search('printer w7777'), '-lastMessageAt'],
    ['a phrase', search('"exact phrase p77"'), '-lastMessageAt'],
    ['a sender', search('from:contact77@example.org'), '-lastMessageAt'],
    ['a common word, an agent', search('printer'), '-lastMessageAt', agent],
  ];
  try {
    for (const [name, filters, sort, actor = admin] of cases) {
      const by = REQUEST_SORTS.parse(sort);
      if (by === null) throw new Error(`nothing is sorted by ${sort}`);
      const taken: number[] = [];
      for (let n = 0; n < TIMES; n += 1) {
        const began = performance.now();
        await listRequests({ db, clock: systemClock }, actor, { filters, sort: by, limit: 50, total: false });
        taken.push(performance.now() - began);
      }
      const sorted = taken.toSorted((a, b) => a - b);
      const figure = `${sorted[TIMES >> 1]?.toFixed(1)} ms, slowest ${sorted.at(-1)?.toFixed(1)} ms`;
      table.figure(`a page of 50 of ${many.toLocaleString('en')} requests: ${name}`, 'now', figure);
    }
  } finally {
    await db.end();
  }
}
