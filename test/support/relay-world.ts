import { createGmailAccount } from '../../src/apps/demo/gmail/account.ts';
import {
  createAppsScript,
  type RunEnd,
  type ScriptFunction,
} from '../../src/apps/demo/script/apps-script.ts';
import type { ExecutionHooks, ExternalCall } from '../../src/apps/demo/script/execution.ts';
import { createGmailRest, type HttpReply, type HttpRequest } from '../../src/apps/demo/google/rest.ts';
import { emitRelayScript, type RelayScript } from '../../src/intake/gmail/relay/relay-script.ts';
import { createRelayServer } from './relay-server.ts';

export const secret = `whsec_${Buffer.from('a key of 32 bytes with \xff and \x00..', 'latin1').toString('base64')}`;
export const address = 'support@example.com';
export const url = `https://desk.example.com/v1/relay/${address}`;

export const minute = 60_000;

let emitted: Promise<RelayScript> | undefined;

export type RelayWorld = Awaited<ReturnType<typeof relayWorld>>;

/** The emitted script in a simulated account beside a double of the server, all on one clock that calls move. */
export async function relayWorld(
  options: {
    readonly granted?: readonly string[];
    /** Address and secret as Script Properties instead of filled in. */
    readonly properties?: Readonly<Record<string, string>>;
  } = {},
) {
  emitted ??= emitRelayScript({ url, secret });
  const script = options.properties === undefined ? await emitted : await emitRelayScript();
  let now = Date.UTC(2026, 10, 22, 9, 0, 0);
  const clock = { now: () => new Date(now) };
  const advance = (ms: number): void => {
    now += ms;
  };
  const account = createGmailAccount({ address, clock });
  const server = createRelayServer({ secret, now: () => now });
  const granted = options.granted ?? (JSON.parse(script.manifest) as { oauthScopes: string[] }).oauthScopes;
  const rest = createGmailRest({
    account,
    clock,
    scopesOf: (token) => (token === 'token' ? granted : undefined),
  });
  const asked: HttpRequest[] = [];
  const state = {
    gmail: undefined as ((request: HttpRequest) => HttpReply | undefined) | undefined,
    runtime: 0,
  };
  const strings = { fetched: 0, posts: [] as { fetched: number; body: number }[] };
  const apps = createAppsScript({
    ...script,
    clock,
    gmail: (request) => {
      asked.push(request);
      const answer = state.gmail?.(request) ?? rest(request);
      if (request.url.includes('format=raw')) strings.fetched += answer.body.length;
      return answer;
    },
    post: (request) => {
      strings.posts.push({ fetched: strings.fetched, body: request.body.length });
      strings.fetched = 0;
      return server.post(request);
    },
    sleep: advance,
    token: 'token',
    granted,
    spend: (call) => advance(costOf(call)),
  });

  for (const [name, value] of Object.entries(options.properties ?? {}))
    apps.project.properties.set(name, value);

  function run(name: ScriptFunction, hooks?: ExecutionHooks): RunEnd {
    const began = now;
    const end = apps.run(name, hooks);
    // A killed run ends exactly at the limit, however long the call would have hung.
    if (end.end === 'killed' && now - began > 360_000) now = began + 360_000;
    if (name === 'tick') state.runtime += now - began;
    return end;
  }

  return {
    account,
    server,
    apps,
    advance,
    /** Answers a Gmail call in Gmail's place when it returns something. */
    faults: state,
    asked,
    /** Characters of raw mail fetched since the last POST, and what each POST found and carried. */
    strings,
    now: () => now,
    run,

    setup(): RunEnd {
      const end = run('setup');
      const queue = account.labels.byName('mailroom/queue');
      if (queue) account.addFilter({ negatedQuery: 'from:me' }, { addLabelIds: [queue.id] });
      return end;
    },

    /** Lets minutes pass, a run in each as the trigger would have it; a run still going keeps the next ones out. */
    minutes(count: number, hooks?: () => ExecutionHooks): RunEnd[] {
      const until = now + count * minute;
      const ends: RunEnd[] = [];
      while (now < until) {
        const began = now;
        ends.push(run('tick', hooks?.()));
        now = Math.max(began + minute, Math.ceil((now - began) / minute) * minute + began);
      }
      return ends;
    },

    labelNames(id: string): string[] {
      const message = account.find(id);
      const names = account.labels.list().filter((label) => message?.labelIds.has(label.id));
      return names.map((label) => label.name).filter((name) => name.startsWith('mailroom'));
    },

    savedState: () =>
      JSON.parse(apps.project.properties.get('RELAY_STATE') ?? '{}') as Record<string, unknown>,
  };
}

/** Milliseconds that the calls of Apps Script were measured to take. */
function costOf(call: ExternalCall): number {
  if (call.name === 'UrlFetchApp.fetch' && call.url?.startsWith('https://gmail.googleapis.com/')) return 290;
  if (call.name === 'UrlFetchApp.fetch') return 165;
  if (call.name === 'UrlFetchApp.fetchAll') return 260;
  if (call.name === 'Properties.setProperty') return 62;
  if (call.name === 'Properties.getProperties') return 30;
  if (call.name.startsWith('Lock.')) return 20;
  return call.name.startsWith('ScriptApp.') ? 100 : 0;
}

let sequence = 0;

export function mail(
  options: { subject?: string; from?: string; text?: string; headers?: string } = {},
): Buffer {
  sequence += 1;
  return Buffer.from(
    [
      `From: ${options.from ?? 'Ann <ann@example.org>'}`,
      `To: ${address}`,
      `Subject: ${options.subject ?? `Question ${sequence}`}`,
      `Message-ID: <${sequence}@example.org>`,
      ...(options.headers ? [options.headers] : []),
      '',
      options.text ?? 'Привет, world \u{1f44b}',
    ].join('\r\n'),
  );
}
