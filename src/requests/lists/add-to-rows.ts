import type { Queryable } from '../../platform/db/connect.ts';
import type { RequestView } from '../request/request-view.ts';
import {
  countParticipants,
  listDraftKinds,
  listSnippets,
  listUnread,
  listWaiting,
  listWithAttachments,
} from './addition-queries.ts';
import type { Addition, Additions, Snippet } from './list-additions.ts';
import type { RequestTerm } from '../search/request-search.ts';
import { excerptAround } from '../search/search-hits.ts';
import type { Viewer } from '../../people/access/actor.ts';

const SNIPPET_LENGTH = 160;

/** Adds to each row what was asked for: one query for each addition, whatever the number of rows. */
export async function addToRows(
  db: Queryable,
  viewer: Viewer,
  rows: readonly RequestView[],
  { include, searched }: { readonly include: readonly Addition[]; readonly searched: readonly RequestTerm[] },
): Promise<(RequestView & Additions)[]> {
  const ids = rows.map((row) => row.id);
  const { operatorId } = viewer;
  const asked = <Found>(addition: Addition, read: () => Promise<Found>) =>
    include.includes(addition) ? read() : null;
  const [unread, snippets, files, waiting, people, drafts] = await Promise.all([
    asked('unread', () => listUnread(db, operatorId, ids)),
    asked('snippet', () => listSnippets(db, ids, searched)),
    asked('hasAttachments', () => listWithAttachments(db, ids)),
    asked('waitingSince', () => listWaiting(db, ids)),
    asked('participantCount', () => countParticipants(db, ids)),
    asked('drafts', () => listDraftKinds(db, operatorId, ids)),
  ]);
  return rows.map((row) => ({
    ...row,
    ...(unread === null ? {} : { unread: unread.has(row.id) }),
    ...(snippets === null ? {} : { snippet: shortened(snippets.get(row.id) ?? null, searched) }),
    ...(files === null ? {} : { hasAttachments: files.has(row.id) }),
    ...(waiting === null ? {} : { waitingSince: waiting.get(row.id) ?? null }),
    ...(people === null ? {} : { participantCount: people.get(row.id) ?? 0 }),
    ...(drafts === null ? {} : { drafts: drafts.get(row.id) ?? [] }),
  }));
}

function shortened(snippet: Snippet | null, searched: readonly RequestTerm[]): Snippet | null {
  if (snippet === null) return null;
  const line = excerptAround(snippet.text.replace(/\s+/g, ' ').trim(), searched, SNIPPET_LENGTH);
  // By code points: half a surrogate pair is not text.
  const text = Array.from(line).slice(0, SNIPPET_LENGTH).join('');
  return { ...snippet, text };
}
