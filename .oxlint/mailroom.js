// The rooms of the project as lint rules: who may import whom, and who may touch `process` and the clock. Where a file
// stands decides; the messages say what to do instead. docs/architecture.md has the rooms in words.

import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importFault } from './rooms.js';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));
const PROCESS_FILES = new Set([
  'main.ts',
  'apps/cli/main.ts',
  'apps/demo/main.ts',
  'platform/db/embedded/host.ts',
]);
function placeOf(filename) {
  const path = relative(SRC, filename).split(sep).join('/');
  return path.startsWith('..') ? null : path;
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
    // A browser has a clock of its own.
    if (from === null || from === 'platform/clock.ts' || from.includes('/browser/')) return {};
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

// HTML that is not escaped is let into pages at one place only, where it has been sanitised.
const RAW_FILE = 'apps/console/parts/raw.ts';
const TEMPLATES = /^hono\/(?:html|utils\/html)$/;
const rawOnly = {
  create(context) {
    const from = placeOf(context.filename ?? context.getFilename());
    if (from === null || from === RAW_FILE) return {};
    const message = `Only ${RAW_FILE} makes HTML of text: let the templates escape it.`;
    function check(node) {
      if (!TEMPLATES.test(String(node.source?.value))) return;
      // Without a list of names everything comes with it.
      const names = node.specifiers?.map((each) => (each.imported ?? each.local)?.name);
      const isWhole = node.specifiers?.some((each) => each.type === 'ImportNamespaceSpecifier') ?? true;
      if (isWhole || names.includes('raw')) context.report({ node, message });
    }
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
    };
  },
};

export default {
  meta: { name: 'mailroom' },
  rules: { rooms, 'process-at-the-edge': processAtTheEdge, 'clock-only': clockOnly, 'raw-only': rawOnly },
};
