import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { connect } from '../../src/platform/db/connect.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { openSession } from '../../src/people/credentials/open-session.ts';
import { request } from 'node:http';
import { startDesk } from './desk.ts';
import type { Table } from './table.ts';

const TIMES = 21;
const MAX_BYTES = 60_000;
const MAX_BYTES_CACHED = 10_000;

type Answer = { readonly ms: number; readonly bytes: number; readonly body: Buffer };

/**
 * The console's list among so many requests, as a browser asks for it: how long its pages take, and what goes over the
 * wire for the first with everything it loads, and for the next with the assets cached. Fails where that is more than it may be.
 */
export async function benchConsole(databaseUrl: string, many: number, table: Table): Promise<void> {
  const db = connect(databaseUrl, { max: 2 });
  const desk = await startDesk(databaseUrl);
  try {
    const [operator] = await db<{ id: number }[]>`
      insert into operators (email, name, role, created_at)
      values ('bench-console@example.com', 'Bench', 'admin', now())
      returning id`;
    if (operator === undefined) throw new Error('no operator was inserted');
    // Who has been at it for a while has read nearly all that is open, and works on some of it.
    await db`
      insert into read_marks (operator_id, request_id, message_id, at, behind)
      select ${operator.id}, request_id, max(id), now(), false
      from messages
      where request_id in (select id from requests where status <> 'closed' and id % 97 <> 0)
      group by request_id`;
    await db`update requests set assignee_id = ${operator.id} where status not in ('new', 'closed') and id % 10 = 7`;
    await db`analyze read_marks, requests`;
    const { session } = await db.begin((tx) => openSession(tx, operator.id, systemClock.now()));
    const get = (path: string) => ask(`${desk.url}${path}`, `mailroom=${session}`);
    for (const path of [
      '/requests?view=mine',
      '/requests?view=unassigned',
      '/requests?view=open',
      '/requests?view=open&unread=true',
      '/requests?view=closed',
      '/requests?q=printer',
      '/requests?view=open&q=w7777',
      '/requests/1',
      '/overview',
    ]) {
      await get(path);
      const answers: Answer[] = [];
      for (let n = 0; n < TIMES; n += 1) answers.push(await get(path));
      const sorted = answers.map(({ ms }) => ms).toSorted((a, b) => a - b);
      const median = sorted[TIMES >> 1] ?? Infinity;
      const bytes = answers.at(-1)?.bytes.toLocaleString('en') ?? '';
      table.figure(
        `the console’s page ${path} among ${many.toLocaleString('en')} requests`,
        'now',
        `${median.toFixed(1)} ms, slowest ${sorted.at(-1)?.toFixed(1)} ms; ${bytes} bytes`,
      );
    }
    const { page, assets } = await weigh(get, '/requests?view=open');
    table.figure(
      'the list over the wire with all that it loads',
      'now',
      `${(page + assets).toLocaleString('en')} bytes`,
    );
    table.figure(
      'the list over the wire with its assets cached',
      'now',
      `${page.toLocaleString('en')} bytes`,
    );
    if (page + assets > MAX_BYTES || page > MAX_BYTES_CACHED)
      throw new Error('the console is larger than it may be');
  } finally {
    await desk.stop();
    await db.end();
  }
}

/** What a browser without a cache loads of a page: itself, and each file that it or a module of it names. */
async function weigh(get: (path: string) => Promise<Answer>, path: string) {
  const page = await get(path);
  const seen = new Set<string>();
  const waiting = [...page.body.toString().matchAll(/(?:href|src)="(\/assets\/[^"#]+)/g)].map(
    (match) => match[1] ?? '',
  );
  let assets = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const { bytes, body } = await get(next);
    assets += bytes;
    const folder = next.slice(0, next.lastIndexOf('/') + 1);
    for (const match of body.toString().matchAll(/from '\.\/([\w-]+\.js)'/g))
      waiting.push(`${folder}${match[1]}`);
  }
  return { page: page.bytes, assets };
}

// Node's own fetch says nothing of how much came over the wire.
function ask(url: string, cookie: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const call = request(url, { headers: { cookie, 'accept-encoding': 'br, gzip' } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => void chunks.push(chunk));
      answer.on('end', () => {
        const wire = Buffer.concat(chunks);
        if (answer.statusCode !== 200) return reject(new Error(`${url}: ${answer.statusCode}`));
        resolve({
          ms: performance.now() - began,
          bytes: wire.length,
          body: unpacked(wire, answer.headers['content-encoding']),
        });
      });
    });
    call.on('error', reject).end();
  });
}

function unpacked(wire: Buffer, encoding: string | undefined): Buffer {
  if (encoding === 'br') return brotliDecompressSync(wire);
  return encoding === 'gzip' ? gunzipSync(wire) : wire;
}
