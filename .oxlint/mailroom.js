// The layers of the project as lint rules: what style.md and design.md say about imports, `process` and the clock.
// Where a file stands decides; the messages say what to do instead.

import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));
const PROCESS_FILES = new Set([
  'main.ts',
  'apps/cli/main.ts',
  'apps/demo/main.ts',
  'platform/db/embedded/host.ts',
]);
const ENTRY_FILES = new Set(['main.ts', 'cli/main.ts', 'demo/main.ts', 'app.ts', 'start-server.ts']);
/** Folders that know nothing of the desk's nouns. */
const BASE = new Set(['db', 'mail']);
/** Folders and files that only the entry points may import. */
const OUTER = new Set(['cli', 'demo', 'console', 'main.ts', 'app.ts', 'start-server.ts']);
/** What a verb may use of `http/`: the parts that speak of calls, not of HTTP. */
const HTTP_FOR_VERBS = new Set([
  'http/idempotency.ts',
  'http/lists/cursor.ts',
  'http/lists/page.ts',
  'http/lists/list-sort.ts',
  'http/lists/read-page.ts',
]);

function placeOf(filename) {
  const path = relative(SRC, filename).split(sep).join('/');
  return path.startsWith('..') ? null : path;
}

function folderOf(path) {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : '';
}

function isHttpFile(path) {
  return (
    /(^|[/-])(routes|render|schemas|schema)[^/]*\.ts$/.test(path) ||
    folderOf(path) === 'http' ||
    folderOf(path) === 'console'
  );
}

function layerFault(from, to) {
  const fromFolder = folderOf(from);
  const toFolder = folderOf(to);
  if (ENTRY_FILES.has(from) || fromFolder === 'demo' || fromFolder === 'cli') {
    return fromFolder !== toFolder && to.endsWith('queries.ts')
      ? `${to} is the SQL of its own folder: call a verb of ${toFolder}/.`
      : null;
  }
  if (BASE.has(fromFolder) && toFolder !== fromFolder && toFolder !== 'mail' && toFolder !== '') {
    return `${fromFolder}/ knows nothing of ${toFolder}/.`;
  }
  if (OUTER.has(toFolder) || OUTER.has(to))
    return `${to} is an entry point: what it needs is handed to it, not the other way round.`;
  if (fromFolder !== toFolder && /(queries|routes)\.ts$/.test(to)) {
    return `${to} belongs to ${toFolder}/: import the verb or the noun's rules.`;
  }
  if (toFolder === 'http' && !isHttpFile(from) && !HTTP_FOR_VERBS.has(to)) {
    return 'Only routes speak HTTP: throw a Problem, and let http/ give it a status.';
  }
  return null;
}

const layers = {
  create(context) {
    const from = placeOf(context.filename ?? context.getFilename());
    if (from === null) return {};
    function check(node) {
      const source = node.source?.value;
      if (typeof source !== 'string' || !source.startsWith('.')) return;
      const to = placeOf(resolve(dirname(context.filename ?? context.getFilename()), source));
      if (to === null) return;
      const fault = layerFault(from, to);
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
      'Only main.ts, cli/main.ts and demo/main.ts touch process: take what you need as an argument.';
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
    const message = 'Only clock.ts reads the time: take a Clock, so that a test can move it.';
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
  rules: { layers, 'process-at-the-edge': processAtTheEdge, 'clock-only': clockOnly },
};
