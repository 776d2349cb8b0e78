import { randomUUID } from 'node:crypto';
import { mailOf, sign } from '../support/intake.ts';
import { BENCH_DESK, BENCH_SECRET } from './desk.ts';

const TEXT = 'All work and no play makes a dull desk. '.repeat(42);
let count = 0;

type Mail = { readonly raw: string; readonly opens: boolean };

/** Mails of 2 KB, each from a new person of a new domain; half of them, when asked, answered once by the same person. */
function mails(size: number, answers: boolean): Mail[] {
  return Array.from({ length: size }, (_, place) => {
    const opens = !answers || place % 2 === 0;
    if (opens) count += 1;
    const domain = `customer-${process.pid}-${count}.example`;
    const first = `<1@${domain}>`;
    const parts = { from: `Carla <carla@${domain}>`, to: BENCH_DESK, text: TEXT };
    const raw = opens
      ? mailOf({ ...parts, messageId: first })
      : mailOf({
          ...parts,
          messageId: `<2@${domain}>`,
          subject: 'Re: The printer is on fire',
          inReplyTo: first,
        });
    return { raw, opens };
  });
}

/** Posts mails in batches of a size, so many posts at once, each on its kept connection; throws unless all are filed. */
export async function post(
  url: string,
  what: {
    readonly mails: number;
    readonly batch: number;
    readonly atOnce: number;
    readonly answers?: boolean;
  },
): Promise<void> {
  const { batch, answers = false } = what;
  const together = answers && batch === 1 ? 2 : batch;
  let left = Math.ceil(what.mails / together);
  await Promise.all(
    Array.from({ length: what.atOnce }, async () => {
      for (left -= 1; left >= 0; left -= 1) {
        const some = mails(together, answers);
        if (batch > 1) await postBatch(url, some);
        else for (const one of some) await postBatch(url, [one]);
      }
    }),
  );
}

async function postBatch(url: string, batch: readonly Mail[]): Promise<void> {
  const now = Date.now();
  const messages = batch.map(({ raw }) => {
    const id = randomUUID();
    return {
      id,
      threadId: id,
      internalDate: now,
      labelIds: ['INBOX'],
      sizeEstimate: raw.length,
      raw: Buffer.from(raw).toString('base64url'),
    };
  });
  const results = await postMessages(url, messages);
  const wrong = results.find(
    ({ status, outcome }, place) =>
      status !== 'accepted' || outcome !== (batch[place]?.opens === true ? 'opened' : 'appended'),
  );
  if (wrong !== undefined || results.length !== batch.length)
    throw new Error(`not filed: ${JSON.stringify(results)}`);
}

export type Result = {
  readonly status: string;
  readonly outcome: string | null;
  readonly reason: string | null;
};

/** Signs and posts messages as the relay does and gives its results. */
export async function postMessages(url: string, messages: readonly object[]): Promise<readonly Result[]> {
  const relay = { version: 'bench', account: BENCH_DESK, pending: 0, failed: 0, runtimeTodaySeconds: 0 };
  const body = JSON.stringify({ relay, messages });
  const id = randomUUID();
  const timestamp = Math.floor(Date.now() / 1000);
  const response = await fetch(`${url}/v1/relay/${BENCH_DESK}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': sign(BENCH_SECRET, id, timestamp, body),
    },
    body,
  });
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return ((await response.json()) as { results: Result[] }).results;
}
