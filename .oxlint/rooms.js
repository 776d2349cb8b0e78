// Who may import whom, by paths below src: asked by the linter for each import, and by `npm run check:house` for all.

import { posix } from 'node:path';

/** From the bottom up: a file imports its own room or one before it in this list. */
export const ROOMS = [
  'platform',
  'mail',
  'people',
  'mailboxes',
  'outbox',
  'requests',
  'intake',
  'integrations',
  'apps',
];
/** What is started may bring along another part of apps: the server serves the console, the demo starts a server. */
const APPS_TIES = new Set(['server console', 'demo server']);
/** What a verb may use of HTTP: the parts that speak of calls. */
const HTTP_FILE = /(^|[/-])(routes|render|schemas|schema)[^/]*\.ts$/;

/** Why `from` may not import `to` (paths below src), or null. */
export function importFault(from, to) {
  const [fromRoom, fromFolder] = from.split('/');
  const [toRoom, toFolder] = to.split('/');
  if (to === 'main.ts')
    return 'main.ts is where everything starts: what it needs is handed to it, not the other way round.';
  if (!ROOMS.includes(toRoom)) return `${toRoom} is not a room: ${ROOMS.join(', ')}.`;
  if (
    to.endsWith('routes.ts') &&
    !from.startsWith('apps/server/') &&
    posix.dirname(from) !== posix.dirname(to)
  )
    return `${to} is served by apps/server alone: import the verb or the noun's rules.`;
  if (from === 'main.ts') return null;
  if (ROOMS.indexOf(toRoom) > ROOMS.indexOf(fromRoom))
    return `${fromRoom}/ lies below ${toRoom}/: what it needs done there, its caller hands in.`;
  if (fromRoom !== toRoom && to.endsWith('queries.ts'))
    return `${to} is SQL of the room ${toRoom}/: import a verb of it.`;
  if (fromRoom !== toRoom) return speaksHttp(from, to);
  if (from.split('/').length === 2 && to.split('/').length > 2 && !from.endsWith('/deps.ts'))
    return `${from} stands at the room's root, where nouns are: it imports no folder of its room.`;
  if (
    fromRoom === 'apps' &&
    toFolder.includes('.') === false &&
    fromFolder !== toFolder &&
    !APPS_TIES.has(`${fromFolder} ${toFolder}`)
  )
    return `apps/${fromFolder} and apps/${toFolder} are started apart: put what both need into a room below.`;
  return null;
}

function speaksHttp(from, to) {
  if (!to.startsWith('platform/http/') || HTTP_FILE.test(from)) return null;
  if (from.startsWith('apps/') || from.startsWith('people/access/') || from.startsWith('people/callers/'))
    return null;
  return 'Only routes speak HTTP: throw a Problem, and let platform/http give it a status.';
}
