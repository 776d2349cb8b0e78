import { randomUUID } from 'node:crypto';
import type { RelayResult } from '../../src/intake/gmail/relay/relay-contract.ts';
import { SECRET, sign } from '../support/intake.ts';

/** A `messages` entry of the wire contract. */
export type PostedMail = { readonly id: string; readonly raw: string };

/** Posts mails to a running desk as its relay does; null when it was not answered, or not with a 200. */
export async function postMails(
  url: string,
  mailbox: string,
  mails: readonly PostedMail[],
): Promise<readonly RelayResult[] | null> {
  const messages = mails.map(({ id, raw }) => ({
    id,
    threadId: id,
    internalDate: Date.now(),
    labelIds: ['INBOX'],
    sizeEstimate: raw.length,
    raw: Buffer.from(raw).toString('base64url'),
  }));
  const relay = { version: 'proof', account: mailbox, pending: 0, failed: 0, runtimeTodaySeconds: 0 };
  const body = JSON.stringify({ relay, messages });
  const id = randomUUID();
  const timestamp = Math.floor(Date.now() / 1000);
  try {
    const response = await fetch(`${url}/v1/relay/${mailbox}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': sign(SECRET, id, timestamp, body),
      },
      body,
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      return null;
    }
    return ((await response.json()) as { readonly results: readonly RelayResult[] }).results;
  } catch {
    // The server is gone, or has let go of the connection: a relay posts the same again.
    return null;
  }
}
