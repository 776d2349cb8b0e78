import { expect, test } from 'vitest';
import { amount } from '../support/amount.ts';
import { testApp, testOperator } from '../support/app.ts';
import { type OpenApiDocument, operationsOf } from '../support/contract.ts';
import { addressOf, contractDesk, servedJira, GOOD } from '../support/contract-desk.ts';
import { testDatabase } from '../support/database.ts';
import { insertDesk } from '../support/desk.ts';
import { requesterProvider, requesterToken, tokenFor } from '../support/requester.ts';

const { db } = await testDatabase();
const JIRA = await servedJira();
const document = (await (await testApp(db).call('GET', '/openapi.json')).json()) as OpenApiDocument;
const operations = operationsOf(document);

/** The same numbers in every run (mulberry32), so that what fails once fails again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const PIECES = [
  "'",
  '"',
  ';',
  '--',
  '/*',
  '\\',
  '%',
  '_',
  '*',
  '(',
  ')',
  '{',
  '}',
  '[',
  ']',
  ',',
  '.',
  '-',
  '+',
  '=',
  '&',
  '|',
  '!',
  ':',
  '<',
  '>',
  ' or 1=1',
  '; drop table requests',
  '$1',
  '${x}',
  '{{x}}',
  '../..',
  'null',
  'undefined',
  'NaN',
  'Infinity',
  'true',
  'me',
  'none',
  '\0',
  '\u0001',
  '\n',
  '\r\n',
  '\t',
  '\u200e',
  '\ufeff',
  '\ud800',
  '\udfff',
  'é',
  '日本',
  '😀',
  'ﷺ',
  '0',
  '1',
  '-1',
  '1e309',
  '0x10',
  '9007199254740993',
  '99999999999999999999',
  '1.5',
  '٣',
  '2026-11-22T09:00:00Z',
  '0000-00-00T00:00:00Z',
  '+275760-09-13T00:00:01Z',
  '2026-02-30T00:00:00Z',
  '9999-12-31T23:59:59.999999999+23:59',
  'createdAt',
  '-createdAt',
  '__proto__',
  'constructor',
  'from:',
  '#1',
  '"unclosed',
  'a:*',
  '<->',
  '!!',
  'x'.repeat(600),
];

function hostileValue(next: () => number, cursors: readonly string[]): string {
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(next() * items.length)] as Item;
  if (next() < 0.25 && cursors.length > 0) {
    const cursor = pick(cursors);
    const at = Math.floor(next() * cursor.length);
    return next() < 0.5 ? cursor.slice(0, at) + pick(PIECES) + cursor.slice(at + 1) : cursor.slice(at);
  }
  return Array.from({ length: 1 + Math.floor(next() * 4) }, () => pick(PIECES)).join('');
}

/** The other parameters that a call has to have, so that what is refused is the one under test. */
function beside({ documented }: (typeof operations)[number], tried: string): string {
  return (documented.parameters ?? [])
    .filter(
      (parameter) => parameter.in === 'query' && parameter.required === true && parameter.name !== tried,
    )
    .map(({ name }) => `${name}=2026-11-29&`)
    .join('');
}

const VALUES = amount(500, 5000);
const AT_ONCE = 10;

test(
  `${VALUES} hostile values in cursors, filters and sorts are answered or refused by their name`,
  { timeout: amount(60_000, 600_000) },
  async () => {
    const made = testApp(db, { atlassian: JIRA.atlassian, identityProvider: requesterProvider });
    const { admin } = await contractDesk(db, made, JIRA);
    const { token } = admin;
    const parameters = operations
      .filter(({ method, path }) => method === 'GET' && !path.endsWith('/stream'))
      .flatMap((operation) =>
        (operation.documented.parameters ?? [])
          .filter((parameter) => parameter.in === 'query')
          .map(({ name }) => ({ path: operation.path, name, beside: beside(operation, name) })),
      );
    expect(parameters.length).toBeGreaterThan(40);
    const lists = [...new Set(parameters.filter(({ name }) => name === 'cursor').map(({ path }) => path))];
    const cursors: string[] = [];
    for (const path of lists) {
      const answer = (await (
        await made.call('GET', addressOf(`${path}?limit=1`, {}), { token: tokenFor(path, token) })
      ).json()) as {
        nextCursor?: string;
      };
      if (typeof answer.nextCursor === 'string') cursors.push(answer.nextCursor);
    }
    expect(cursors.length).toBeGreaterThan(2);

    const next = random(20_261_122);
    const before = await db`select count(*) as requests from requests`;
    const faults: string[] = [];
    const seen = new Map<number, number>();
    const tryValue = async (n: number) => {
      const { path, name, beside: given } = parameters[n % parameters.length] as (typeof parameters)[number];
      const value = hostileValue(next, cursors);
      // As bytes, so that half a surrogate pair travels as what it is: no valid UTF-8.
      const encoded = value.isWellFormed() ? encodeURIComponent(value) : '%ED%A0%80';
      const response = await made.call('GET', `${addressOf(path, {})}?${given}${name}=${encoded}`, {
        token: tokenFor(path, token),
      });
      const text = await response.text();
      seen.set(response.status, (seen.get(response.status) ?? 0) + 1);
      const refused = response.status === 400 || response.status === 422;
      const named =
        refused &&
        (JSON.parse(text) as { errors?: { pointer: string }[] }).errors?.some(
          ({ pointer }) => pointer === name,
        );
      if (response.status !== 200 && named !== true) {
        faults.push(
          `${path}?${name}=${JSON.stringify(value).slice(0, 80)}: ${response.status} ${text.slice(0, 200)}`,
        );
      }
    };
    // Drawn in the order of their numbers, before the first answer is waited for.
    for (let n = 0; n < VALUES; n += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => tryValue(n + index)));
    }
    expect(faults).toEqual([]);
    expect(seen.get(200) ?? 0).toBeGreaterThan(VALUES * 0.06);
    expect(seen.get(400) ?? 0).toBeGreaterThan(VALUES * 0.4);
    expect(await db`select count(*) as requests from requests`).toEqual(before);
  },
);

/** What must never be in an answer: where code failed, how it asks the database, or what it knows of others. */
const LEAKS =
  /\bat (?:async )?[\w.<>]+ \(|node_modules|\/src\/|\.ts:\d|\bselect\b[\s\S]+\bfrom\b|PostgresError|syntax error|violates/i;

test.each(['requester', 'agent', 'manager', 'admin'] as const)(
  'no operation shows the role %s of another mailbox anything of this one, or anybody how it is made',
  async (role) => {
    const made = testApp(db, { atlassian: JIRA.atlassian, identityProvider: requesterProvider });
    const desk = await contractDesk(db, made, JIRA);
    const elsewhere = await insertDesk(db, 'elsewhere@example.com');
    await db`delete from contacts where email = 'nobody'`;
    const eve =
      role === 'requester'
        ? { token: requesterToken('eve@desk.example.com') }
        : await testOperator(made.deps, { name: 'Eve', role, mailboxIds: [elsewhere.mailboxId] });
    const secrets = /maria@example\.org|My parcel|support@desk\.example\.com|Subject: hello|\bhello\b/i;
    const everything = async () =>
      JSON.stringify(
        await Promise.all(WATCHED.map((table) => db.unsafe(`select t::text from ${table} t order by 1`))),
      );
    const before = await everything();
    const faults: string[] = [];
    for (const operation of operations) {
      if (operation.documented.security === undefined) continue;
      // She may open one, which is hers.
      if (role === 'requester' && operation.name === 'POST /v1/my-requests') continue;
      const good = GOOD[operation.name]?.(desk) ?? {};
      for (const token of [eve.token, undefined]) {
        const response = await made.call(operation.method, addressOf(operation.path, good), {
          token,
          body: good.body,
          ...(good.headers === undefined ? {} : { headers: good.headers }),
        });
        const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
        const text = isStream ? '' : await response.text();
        if (isStream) await response.body?.cancel();
        const what = `${operation.name}: ${response.status} ${text.slice(0, 300)}`;
        if (response.status >= 500 || LEAKS.test(text)) faults.push(what);
        if (token === undefined && response.status !== 401) faults.push(what);
        if (token !== undefined && secrets.test(text) && !OWN.has(operation.name)) faults.push(what);
      }
    }
    expect(faults).toEqual([]);
    expect((await everything()) === before).toBe(true);
  },
);

const WATCHED = [
  'requests',
  'messages',
  'deliveries',
  'delivery_recipients',
  'attachments',
  'intake',
  'contacts',
  'contact_settings',
  'participants',
  'templates',
];
/** What shows who works here, which every operator may know. */
const OWN: ReadonlySet<string> = new Set<string>();
