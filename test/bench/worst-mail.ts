import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { largeMails } from '../support/large-mail.ts';
import { startDesk } from './desk.ts';
import { postMessages } from './posts.ts';

/** What the worst mails cost: how long each takes, how long `/healthz` waits meanwhile, what memory the server reaches. */
export async function benchWorstMail(databaseUrl: string): Promise<void> {
  const desk = await startDesk(databaseUrl);
  try {
    console.log('\nworst mails              size   answered in   slowest /healthz   outcome');
    for (const [name, make] of Object.entries(largeMails())) {
      const raw = make(randomBytes(22_000_000));
      const health = await watchHealth(desk.url);
      const began = performance.now();
      const outcome = await postRaw(desk.url, raw);
      const took = performance.now() - began;
      console.log(
        `${name.padEnd(18)} ${mb(raw.length)} ${ms(took)}        ${ms(await health.stop())}           ${outcome}`,
      );
    }
    console.log(`the most memory the server ever had: ${mb(peakBytes(desk.pid))}`);
  } finally {
    await desk.stop();
  }
}

async function postRaw(url: string, raw: Buffer): Promise<string> {
  const id = randomUUID();
  const [result] = await postMessages(url, [
    {
      id,
      threadId: id,
      internalDate: Date.now(),
      labelIds: ['INBOX'],
      sizeEstimate: raw.length,
      raw: raw.toString('base64url'),
    },
  ]);
  return result === undefined ? 'no result' : `${result.outcome} ${result.reason ?? ''}`;
}

async function watchHealth(url: string): Promise<{ readonly stop: () => Promise<number> }> {
  const watcher = new Worker(new URL('./health-watcher.ts', import.meta.url), { workerData: url });
  await once(watcher, 'online');
  return {
    async stop() {
      watcher.postMessage('stop');
      const [slowest] = (await once(watcher, 'message')) as [number];
      return slowest;
    },
  };
}

/** Linux keeps the high-water mark of a process; elsewhere it is not told. */
function peakBytes(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
  } catch {
    return Number.NaN;
  }
}

function ms(value: number): string {
  return `${value.toFixed(0)} ms`.padStart(9);
}

function mb(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`.padStart(9);
}
