import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../../platform/clock.ts';
import { createGmailAccount } from './account.ts';
import { createAppsScript } from '../script/apps-script.ts';
import { serveGmail } from '../google/http-face.ts';
import { headerOf, type GmailMessage } from './message.ts';
import type { PostOutcome, WorkerCalls, WorkerInput, WorkerReply, WorkerRequest } from './protocol.ts';
import { createGoogle } from '../google/google.ts';
import type { HttpReply } from '../google/rest.ts';
import type { ScriptFile } from '../google/script-api.ts';
import type { PostRequest } from '../script/url-fetch.ts';

// The thread in which a simulated account lives and its script runs: it may block, as the script's calls do.

const input = workerData as WorkerInput;
const answered = new Int32Array(input.answered);
const never = new Int32Array(new SharedArrayBuffer(4));

let offset = 0;
const clock = { now: () => new Date(systemClock.now().getTime() + offset) };
const account = createGmailAccount({ address: input.address, clock });
let scopes = scopesIn(input.manifest);
// Other clients of the served API, such as the server's commands, have scopes of their own.
const scopesOf = (token: string) =>
  token === 'simulated' ? scopes : ['gmail.modify', 'gmail.settings.basic'];
const google = createGoogle({ account, clock, scopesOf, onContent: loadScript });
const apps = createAppsScript({
  code: input.scriptCode,
  manifest: input.manifest,
  clock,
  gmail: google.handle,
  post: postAndWait,
  sleep: (ms) => void Atomics.wait(never, 0, 0, ms),
  token: 'simulated',
});

const calls: WorkerCalls = {
  run: (name) => ({ end: apps.run(name), log: apps.log.splice(0) }),
  deliver: (raw, options) => account.deliver(Buffer.from(raw), options),
  send: (raw) => account.send(Buffer.from(raw)),
  messages: () => account.messages().map(summaryOf),
  labelsOf: (id) => {
    const message = account.find(id);
    if (!message) throw new Error(`there is no message ${id}`);
    return labelNames(message);
  },
  addFilter: (criteria, label) => {
    const id = account.labels.byName(label)?.id;
    if (id === undefined) throw new Error(`there is no label ${label}: run setup first`);
    account.addFilter(criteria, { addLabelIds: [id] });
  },
  advance: (ms) => {
    offset += ms;
  },
  serve: async () => (await serveGmail(google.handle)).url,
};

parentPort?.on('message', (request: WorkerRequest) => {
  void answerCall(request).then((reply) => parentPort?.postMessage(reply));
});

/** There is one project in this account: whatever is put into one runs from now on. */
function loadScript(files: readonly ScriptFile[]): void {
  const manifest = files.find(({ type }) => type === 'JSON')?.source ?? '{}';
  const code = files.filter(({ type }) => type === 'SERVER_JS').map(({ source }) => source);
  scopes = scopesIn(manifest);
  apps.load({ code: code.join('\n'), manifest });
}

function scopesIn(manifest: string): string[] {
  return (JSON.parse(manifest) as { oauthScopes?: string[] }).oauthScopes ?? [];
}

async function answerCall({ id, name, args }: WorkerRequest): Promise<WorkerReply> {
  try {
    const call = calls[name] as (...given: readonly unknown[]) => unknown;
    return { id, ok: true, value: await call(...args) };
  } catch (error) {
    return { id, ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}

/** Blocks this thread until the main one has the answer: UrlFetchApp is synchronous, sockets are not. */
function postAndWait(request: PostRequest): HttpReply {
  Atomics.store(answered, 0, 0);
  input.port.postMessage(request);
  Atomics.wait(answered, 0, 0);
  const outcome = receiveMessageOnPort(input.port)?.message as PostOutcome | undefined;
  if (!outcome) throw new Error(`Address unavailable: ${request.url}`);
  if ('error' in outcome) throw new Error(outcome.error);
  return outcome.reply;
}

function summaryOf(message: GmailMessage) {
  return {
    id: message.id,
    threadId: message.threadId,
    labels: labelNames(message),
    internalDate: message.internalDate,
    from: headerOf(message, 'from'),
    subject: headerOf(message, 'subject'),
  };
}

function labelNames(message: GmailMessage): string[] {
  return account.labels
    .list()
    .filter((label) => message.labelIds.has(label.id))
    .map((label) => label.name);
}
