import { createHmac, randomUUID } from 'node:crypto';
import { addMailbox } from '../../src/mailboxes/settings/add-mailbox.ts';
import { decodeWebhookSecret } from '../../src/platform/webhook-secret.ts';
import type { RelayResult } from '../../src/intake/gmail/relay/relay-contract.ts';
import type { TestApp } from './app.ts';

export const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes, ok').toString('base64')}`;
export const DESK = 'support@desk.example.com';

/** A mailbox made by its verb, with a secret that the tests know. */
export async function testMailbox(deps: TestApp['deps'], address = DESK) {
  const { mailbox } = await addMailbox(
    deps,
    { kind: 'system' },
    { address, name: 'Example Support', secret: SECRET },
  );
  return mailbox;
}

export type MailParts = {
  readonly from?: string;
  readonly to?: string;
  readonly cc?: string;
  readonly subject?: string;
  readonly text?: string;
  readonly messageId?: string | null;
  readonly inReplyTo?: string;
  readonly references?: string;
  /** Gmail's verdict on the sender: the header it prepends; null leaves it out. */
  readonly results?: string | null;
  /** Further header lines, each without its line end. */
  readonly headers?: readonly string[];
};

/** A mail as Gmail stores it: its own verdict on top, then what the sender wrote. Verified unless told. */
export function mailOf(parts: MailParts = {}): string {
  const from = parts.from ?? 'Carla Contact <carla@customer.example>';
  const domain = /@([^>]*)>?$/.exec(from)?.[1] ?? 'customer.example';
  const results =
    parts.results === undefined ? `mx.google.com; dmarc=pass header.from=${domain}` : parts.results;
  const messageId = parts.messageId === undefined ? `<${randomUUID()}@customer.example>` : parts.messageId;
  return [
    `Delivered-To: ${DESK}`,
    ...(results === null ? [] : [`Authentication-Results: ${results}`]),
    `From: ${from}`,
    `To: ${parts.to ?? DESK}`,
    ...(parts.cc === undefined ? [] : [`Cc: ${parts.cc}`]),
    `Subject: ${parts.subject ?? 'The printer is on fire'}`,
    'Date: Sun, 22 Nov 2026 09:00:00 +0000',
    ...(messageId === null ? [] : [`Message-ID: ${messageId}`]),
    ...(parts.inReplyTo === undefined ? [] : [`In-Reply-To: ${parts.inReplyTo}`]),
    ...(parts.references === undefined ? [] : [`References: ${parts.references}`]),
    ...(parts.headers ?? []),
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    '',
    parts.text ?? 'It burns.',
    '',
  ].join('\r\n');
}

export type Handed = {
  readonly id?: string;
  readonly threadId?: string;
  readonly internalDate?: number;
  readonly labelIds?: readonly string[];
  readonly raw?: string | Uint8Array | null;
  readonly headers?: readonly (readonly [string, string])[];
  readonly sizeEstimate?: number;
};

/** A `messages` entry of the wire contract, as the relay makes it. */
export function handed(now: Date, message: Handed = {}) {
  const raw = message.raw === undefined ? mailOf() : message.raw;
  const id = message.id ?? randomUUID();
  return {
    id,
    threadId: message.threadId ?? id,
    internalDate: message.internalDate ?? now.getTime(),
    labelIds: message.labelIds ?? ['INBOX', 'UNREAD'],
    sizeEstimate: message.sizeEstimate ?? (raw === null ? 40_000_000 : raw.length),
    raw: raw === null ? null : Buffer.from(raw).toString('base64url'),
    ...(raw === null ? { headers: message.headers ?? [], oversize: true } : {}),
  };
}

const RELAY = { version: '1.0.0', account: DESK, pending: 0, failed: 0, runtimeTodaySeconds: 12 };

export type Post = {
  readonly mailbox?: string;
  readonly secret?: string;
  readonly id?: string;
  readonly timestamp?: number | string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is instead of a batch. */
  readonly body?: string | Uint8Array;
};

/** The signature of Standard Webhooks over a body, made here on its own so that a shared mistake cannot hide. */
export function sign(
  secret: string,
  id: string,
  timestamp: number | string,
  body: string | Uint8Array,
): string {
  const key = decodeWebhookSecret(secret);
  if (key === null) throw new Error('the test gave no relay secret');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`;
}

/** Posts a batch as the relay does. */
export async function postBatch(
  test: Pick<TestApp, 'app' | 'clock'>,
  messages: readonly ReturnType<typeof handed>[],
  post: Post = {},
): Promise<Response> {
  const body = post.body ?? JSON.stringify({ relay: RELAY, messages });
  const id = post.id ?? `msg_${randomUUID()}`;
  const timestamp = post.timestamp ?? Math.floor(test.clock.now().getTime() / 1000);
  return test.app.request(`/v1/relay/${post.mailbox ?? DESK}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': sign(post.secret ?? SECRET, id, timestamp, body),
      ...post.headers,
    },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
}

/** Hands over mails in one batch and returns what became of each. */
export async function handOver(
  test: Pick<TestApp, 'app' | 'clock'>,
  ...messages: readonly Handed[]
): Promise<RelayResult[]> {
  const response = await postBatch(
    test,
    messages.map((message) => handed(test.clock.now(), message)),
  );
  if (response.status !== 200)
    throw new Error(`the relay was answered ${response.status}: ${await response.text()}`);
  const answer = (await response.json()) as { results: RelayResult[] };
  return answer.results;
}

/** Hands over one mail. */
export async function receive(
  test: Pick<TestApp, 'app' | 'clock'>,
  parts: MailParts,
  message: Handed = {},
): Promise<RelayResult> {
  const [result] = await handOver(test, { ...message, raw: mailOf(parts) });
  if (result === undefined) throw new Error('no result came back');
  return result;
}
