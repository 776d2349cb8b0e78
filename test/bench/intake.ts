import { randomUUID } from 'node:crypto';
import { connect, type Db } from '../../src/platform/db/connect.ts';
import { openWithMessage } from '../../src/intake/filing/filing-queries.ts';
import { claimMail } from '../../src/intake/filing/queries.ts';
import { readThread } from '../../src/intake/filing/thread-queries.ts';
import { queueMail } from '../../src/outbox/deliveries/queue-mail.ts';
import { recordEvent } from '../../src/people/history/record-event.ts';
import { newReplyTag } from '../../src/requests/request/reply-tag.ts';
import { mailOf, sign } from '../support/intake.ts';
import { BENCH_DESK, BENCH_SECRET, startDesk, rateOf } from './desk.ts';

const RUN_MS = 4000;
const SIDES = [1, 4, 8] as const;
const TEXT = 'All work and no play makes a dull desk. '.repeat(42);

/** Mails accepted a second through the signed webhook, beside the bare statements of the same filing. */
export async function benchIntake(databaseUrl: string): Promise<void> {
  let statements = 0;
  const db = connect(databaseUrl, { max: 10, onStatement: () => (statements += 1) });
  const desk = await startDesk(databaseUrl);
  try {
    // Each first mail queues its notice, whatever the cap against loops says of thousands within the hour.
    const [mailbox] = await db<{ id: number }[]>`
      update mailboxes set notices_per_hour = null where address = ${BENCH_DESK} returning id`;
    const bare = () => fileBare(db, mailbox!.id);
    const post = (size: number) => () => postBatch(desk.url, size);
    await rateOf(4, 1500, bare);
    await rateOf(4, 1500, post(1));

    statements = 0;
    await bare();
    console.log(
      `\nA first mail of 2 KB with its notice: ${statements} round trips, begin and commit among them.`,
    );
    console.log(
      'mails/s            statements alone   webhook, 1 a post   ratio   webhook, 20 a post   ratio',
    );
    for (const side of SIDES) {
      const limit = await rateOf(side, RUN_MS, bare);
      const single = await rateOf(side, RUN_MS, post(1));
      const twenty = await rateOf(side, RUN_MS, post(20));
      const cells = [
        `${side} at once`.padEnd(16),
        rate(limit),
        rate(single),
        ratio(single, limit),
        rate(twenty),
        ratio(twenty, limit),
      ];
      console.log(cells.join('   '));
    }
  } finally {
    await desk.stop();
    await db.end();
  }
}

let count = 0;

function mail(): { raw: string; from: string; messageId: string } {
  count += 1;
  const from = `sender${count}-${process.pid}@customer.example`;
  const messageId = `<${count}.${process.pid}@customer.example>`;
  return { raw: mailOf({ from, to: BENCH_DESK, messageId, text: TEXT }), from, messageId };
}

async function postBatch(url: string, size: number): Promise<number> {
  const now = Date.now();
  const messages = Array.from({ length: size }, () => {
    const { raw } = mail();
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
  const relay = { version: 'bench', account: BENCH_DESK, pending: 0, failed: 0, runtimeTodaySeconds: 0 };
  const body = JSON.stringify({ relay, messages });
  const id = randomUUID();
  const timestamp = Math.floor(now / 1000);
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
  const { results } = (await response.json()) as { results: { status: string; outcome: string }[] };
  const opened = results.filter(
    (result) => result.status === 'accepted' && result.outcome === 'opened',
  ).length;
  if (opened !== size)
    throw new Error(`only ${opened} of ${size} were opened: ${JSON.stringify(results[0])}`);
  return size;
}

/** The statements that filing a first mail with its notice runs, in their transaction, with nothing above them. */
export async function fileBare(db: Db, mailboxId: number): Promise<number> {
  const { raw, from, messageId } = mail();
  const sourceId = randomUUID();
  const at = new Date();
  const sender = { name: '', address: from };
  const desk = { name: 'Bench', address: BENCH_DESK };
  await db.begin(async (tx) => {
    const claim = await claimMail(
      tx,
      {
        mailboxId,
        handedOver: {
          source: 'gmail',
          sourceId,
          sourceThreadId: sourceId,
          arrivedAt: at,
          labels: ['INBOX'],
          sizeEstimate: raw.length,
          raw: Buffer.from(raw),
          headers: null,
        },
        internetMessageId: messageId,
        contentHash: sourceId,
        fromAddress: from,
        fromName: '',
        subject: 'The printer is on fire',
        class: 'human',
        classReason: 'default',
        authenticity: 'verified',
        authenticityReason: 'dmarc=pass',
        outcome: 'quarantined',
        reason: 'processing_error',
        error: null,
        at,
      },
      { email: from, name: '' },
    );
    await tx`savepoint filing`;
    await readThread(tx, {
      mailboxId,
      contactId: claim.contactId,
      senderEmail: from,
      citedIds: [],
      replyTags: [],
      internetMessageId: messageId,
      sourceThreadId: sourceId,
      at,
    });
    const filed = await openWithMessage(
      tx,
      {
        intakeId: claim.intakeId!,
        mailboxId,
        contactId: claim.contactId!,
        sourceThreadId: sourceId,
        class: 'human',
        classReason: 'default',
        authenticity: 'verified',
        matchedBy: 'new',
        forwardedBy: null,
        participants: [],
        answerable: true,
        steers: true,
        ignoredRecipients: [],
        at,
        message: {
          from: sender,
          to: [desk],
          cc: [],
          replyTo: [],
          subject: 'The printer is on fire',
          text: TEXT,
          visibleText: TEXT,
          html: null,
          internetMessageId: messageId,
          inReplyTo: [],
          references: [],
          attachments: [],
          incomplete: false,
        },
      },
      { replyTag: newReplyTag(), followUpOf: null, refersTo: null },
    );
    const queued = await queueMail(tx, {
      kind: 'notice',
      notice: 'created',
      requestId: filed.requestId,
      mailboxId,
      authorOperatorId: null,
      from: desk,
      to: [sender],
      cc: [],
      replyTo: desk,
      subject: 'Re: The printer is on fire',
      text: TEXT.slice(0, 300),
      html: TEXT.slice(0, 320),
      inReplyTo: messageId,
      references: [messageId],
      quotedMessageId: null,
      attachments: [],
      sendAfter: at,
      at,
    });
    if (queued === null) throw new Error('the notice was not queued');
    await recordEvent(tx, {
      type: 'notice.queued',
      actor: { kind: 'system' },
      at,
      mailboxId,
      requestId: filed.requestId,
      messageId: queued.messageId,
      deliveryId: queued.deliveryId,
      new: { notice: 'created' },
    });
  });
  return 1;
}

function rate(value: number): string {
  return value.toFixed(0).padStart(16);
}

function ratio(value: number, limit: number): string {
  return (value / limit).toFixed(2).padStart(5);
}
