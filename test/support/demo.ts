import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inject, vi } from 'vitest';
import type { DeskState } from '../../src/apps/demo/desk-side.ts';
import type { demoState } from '../../src/apps/demo/live.ts';
import { type DemoOptions, type RunningDemo, startDemo } from '../../src/apps/demo/start-demo.ts';
import { clusterFolder } from '../../src/platform/db/embedded/cluster.ts';
import { silentLog } from '../../src/platform/log.ts';
import { fastFolder } from './fast-folder.ts';

type Data = Awaited<ReturnType<typeof demoState>>;

export type State = {
  readonly conversations: readonly Data['conversations'][number][];
  readonly gmail: readonly Data['gmail'][number][];
  readonly desk: DeskState;
};

export type Letter = {
  readonly address: string;
  readonly name?: string;
  readonly subject?: string;
  readonly text?: string;
  readonly inReplyTo?: string;
  readonly forged?: boolean;
  readonly file?: File;
};

/** A data folder whose cluster is made and empty, for a start in half the time. */
export async function demoFolder(): Promise<{ dataDir: string; remove: () => Promise<void> }> {
  const dataDir = await mkdtemp(join(await fastFolder(), 'mailroom-demo-'));
  // Where the demo keeps its data.
  const desk = join(dataDir, 'demo');
  await mkdir(desk, { mode: 0o700 });
  execFileSync('cp', ['-a', clusterFolder(inject('freshCluster')), desk]);
  return { dataDir, remove: () => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }) };
}

/** The demo in this process, on free ports, its minute shortened further. */
export function startTestDemo(
  dataDir: string,
  options: Pick<DemoOptions, 'clock' | 'jira'> = {},
): Promise<RunningDemo> {
  return startDemo({ dataDir, port: 0, relayEveryMs: 250, log: silentLog, ...options });
}

/** The demo as a program: the contact's side, the operator's by the interface, and how things stand. */
export function demoCaller(demo: RunningDemo) {
  async function state(person: string, requestId?: number): Promise<State> {
    const query = new URLSearchParams({
      person,
      ...(requestId === undefined ? {} : { request: String(requestId) }),
    });
    const response = await fetch(`${demo.pageUrl}/state?${query.toString()}`);
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as State;
  }

  return {
    state,
    /** Resolves with the state in which `look` no longer throws, at most twenty seconds later. */
    stateWhere: (person: string, look: (state: State) => void, requestId?: number): Promise<State> =>
      vi.waitFor(
        async () => {
          const now = await state(person, requestId);
          look(now);
          return now;
        },
        { timeout: 20_000, interval: 150 },
      ),
    post: (path: string, body: unknown): Promise<Response> =>
      fetch(`${demo.serverUrl}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${demo.token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    write(letter: Letter): Promise<Response> {
      const form = new FormData();
      form.set('name', letter.name ?? 'Maria Lopez');
      form.set('address', letter.address);
      form.set('subject', letter.subject ?? 'My parcel');
      form.set('text', letter.text ?? 'Where is it?');
      if (letter.inReplyTo !== undefined) form.set('inReplyTo', letter.inReplyTo);
      if (letter.forged === true) form.set('forged', 'yes');
      if (letter.file !== undefined) form.set('attachments', letter.file);
      return fetch(`${demo.pageUrl}/mails`, { method: 'POST', body: form });
    },
  };
}
