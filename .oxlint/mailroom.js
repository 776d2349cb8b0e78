// The rooms of the project as lint rules: who may import whom, and who may touch `process` and the clock. Where a file
// stands decides; the messages say what to do instead. docs/architecture.md has the rooms in words.

import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));
const PROCESS_FILES = new Set([
  'main.ts',
  'apps/cli/main.ts',
  'apps/demo/main.ts',
  'platform/db/embedded/host.ts',
]);
/** From the bottom up: a file imports its own room or one before it in this list. */
const ROOMS = [
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

function placeOf(filename) {
  const path = relative(SRC, filename).split(sep).join('/');
  return path.startsWith('..') ? null : path;
}

/** Why `from` may not import `to` (paths below src), or null. */
export function importFault(from, to) {
  const [fromRoom, fromFolder] = from.split('/');
  const [toRoom, toFolder] = to.split('/');
  if (to === 'main.ts')
    return 'main.ts is where everything starts: what it needs is handed to it, not the other way round.';
  if (!ROOMS.includes(toRoom)) return `${toRoom} is not a room: ${ROOMS.join(', ')}.`;
  if (to.endsWith('routes.ts') && !from.startsWith('apps/server/') && dirname(from) !== dirname(to))
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

const rooms = {
  create(context) {
    const from = placeOf(context.filename ?? context.getFilename());
    if (from === null) return {};
    function check(node) {
      const source = node.source?.value;
      if (typeof source !== 'string' || !source.startsWith('.')) return;
      const to = placeOf(resolve(dirname(context.filename ?? context.getFilename()), source));
      if (to === null) return;
      const fault = importFault(from, to);
      if (fault !== null) context.report({ node, message: fault });
    }
    return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check };
  },
};

const processAtTheEdge = {
  create(context) {
    const from = placeOf(context.filename ?? context.getFilename());
    if (from === null || PROCESS_FILES.has(from)) return {};
    const message =
      'Only main.ts, apps/cli/main.ts and apps/demo/main.ts touch process: take what you need as an argument.';
    return {
      MemberExpression(node) {
        if (node.object.type === 'Identifier' && node.object.name === 'process')
          context.report({ node, message });
      },
      ImportDeclaration(node) {
        if (node.source.value === 'node:process' || node.source.value === 'process')
          context.report({ node, message });
      },
    };
  },
};

const clockOnly = {
  create(context) {
    const from = placeOf(context.filename ?? context.getFilename());
    if (from === null || from === 'platform/clock.ts') return {};
    const message = 'Only platform/clock.ts reads the time: take a Clock, so that a test can move it.';
    return {
      NewExpression(node) {
        if (node.callee.type === 'Identifier' && node.callee.name === 'Date' && node.arguments.length === 0)
          context.report({ node, message });
      },
      MemberExpression(node) {
        if (node.object.type === 'Identifier' && node.object.name === 'Date' && node.property.name === 'now')
          context.report({ node, message });
      },
    };
  },
};

export default {
  meta: { name: 'mailroom' },
  rules: { rooms, 'process-at-the-edge': processAtTheEdge, 'clock-only': clockOnly },
};
