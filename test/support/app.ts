import { openMicrosoft } from '../../src/intake/microsoft/access/open-microsoft.ts';
import { buildApp, type AppDeps } from '../../src/apps/server/app.ts';
import type { Db } from '../../src/platform/db/connect.ts';
import { silentLog } from '../../src/platform/log.ts';
import { createKeyring } from '../../src/platform/keyring.ts';
import type { Role } from '../../src/people/access/actor.ts';
import { addOperator } from '../../src/people/operators/add-operator.ts';
import { createToken } from '../../src/people/credentials/create-token.ts';
import { asActor } from '../../src/people/operators/operator.ts';
import { oneAccount } from './transports.ts';

export const START = new Date('2026-11-22T09:00:00.000Z');

/** A clock that stands still until it is told to go on. */
export function testClock(start: Date = START) {
  let now = start;
  return {
    now: () => now,
    advance(milliseconds: number) {
      now = new Date(now.getTime() + milliseconds);
    },
  };
}

/** A parse pool for tests that hand over no mail: to be asked for anything is a fault of the test. */
const noParsePool: AppDeps['parsePool'] = new Proxy({} as AppDeps['parsePool'], {
  get: (_, name) => {
    throw new Error(`this test has no parse pool (asked for ${String(name)})`);
  },
});

export type TestApp = ReturnType<typeof testApp>;

/** Nothing listens there: a test that means Microsoft brings a tenant. */
const NOWHERE = 'http://127.0.0.1:9';

/**
 * The app on a test database with a clock of its own; what a test needs otherwise it passes as `overrides`.
 * `call` is `app.request` with a token and a JSON body.
 */
export function testApp(db: Db, overrides: Partial<AppDeps> = {}) {
  const clock = testClock();
  let wakes = 0;
  const base = {
    db,
    clock,
    log: silentLog,
    keyring: createKeyring(['test-secret-test-secret-test-secret']),
  };
  const deps: AppDeps = {
    ...base,
    microsoft: openMicrosoft(base, { loginUrl: NOWHERE, graphUrl: NOWHERE, smtpUrl: 'smtp://127.0.0.1:9' }),
    parsePool: noParsePool,
    transports: oneAccount(null),
    wakeDeliveries: () => {
      wakes += 1;
    },
    publicUrl: 'https://desk.example.com',
    ...overrides,
  };
  let built: ReturnType<typeof buildApp> | undefined;
  // Made when it is called first, because its hundreds of routes cost more than most tests that need its `deps` alone.
  const app = () => (built ??= buildApp(deps));
  return {
    get app() {
      return app();
    },
    deps,
    clock,
    wakes: () => wakes,
    call: caller(app),
  };
}

export type CallOptions = {
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

function caller(app: () => ReturnType<typeof buildApp>) {
  return async (method: string, path: string, options: CallOptions = {}): Promise<Response> =>
    app().request(path, {
      method,
      headers: {
        ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(options.body === undefined
        ? {}
        : { body: typeof options.body === 'string' ? options.body : JSON.stringify(options.body) }),
    });
}

/** The people of every test's desk: who they are is told by their name alone. */
const ROLES: Readonly<Record<string, Role>> = {
  Ann: 'agent',
  Bob: 'agent',
  Ida: 'agent',
  Lea: 'lead',
  Ada: 'admin',
};

/** Operators who serve every mailbox, each under their name in lower case. */
export async function testPeople<Name extends string>(
  deps: Pick<AppDeps, 'db' | 'clock'>,
  names: readonly Name[],
): Promise<Record<Lowercase<Name>, TestOperator>> {
  const people: Record<string, TestOperator> = {};
  for (const name of names) people[name.toLowerCase()] = await testOperator(deps, { name });
  return people;
}

export type TestOperator = Awaited<ReturnType<typeof testOperator>>;

/** An operator with a token, made by the verbs themselves; the role defaults to that of the name, else to agent. */
export async function testOperator(
  deps: Pick<AppDeps, 'db' | 'clock'>,
  values: { readonly name?: string; readonly role?: Role; readonly mailboxIds?: readonly number[] } = {},
) {
  const name = values.name ?? 'Ann';
  const operator = await addOperator(
    deps,
    { kind: 'system' },
    {
      email: `${name.toLowerCase()}@desk.example.com`,
      name,
      role: values.role ?? ROLES[name] ?? 'agent',
      mailboxIds: values.mailboxIds,
    },
  );
  const { token, id: tokenId } = await createToken(
    deps,
    { kind: 'system' },
    { operatorId: operator.id, name: 'test' },
  );
  return { ...operator, token, tokenId, actor: asActor(operator) };
}

/** The body of an answer that is a problem document of this status and code; anything else fails the test. */
export async function problemOf(
  response: Response,
  status: number,
  code: string,
): Promise<Record<string, unknown>> {
  const body = await response.text();
  const type = response.headers.get('content-type');
  if (response.status !== status || type !== 'application/problem+json') {
    throw new Error(
      `expected a problem ${status} ${code}, got ${response.status} ${type}: ${body.slice(0, 500)}`,
    );
  }
  const problem = JSON.parse(body) as Record<string, unknown>;
  if (problem.type !== `/problems/${code}` || problem.status !== status) {
    throw new Error(`expected a problem ${status} ${code}, got ${body.slice(0, 500)}`);
  }
  return problem;
}
