import { afterAll, beforeEach } from 'vitest';
import type { Db } from '../../src/platform/db/connect.ts';
import { deliverDue, type DueOptions, type DueReport } from './deliver-due.ts';
import type { DeliverDeps } from '../../src/outbox/sending/deliver-account.ts';
import { type LeaseWatch, watchLeases } from '../../src/outbox/sending/lease-watch.ts';
import type { DeliveryView } from '../../src/outbox/delivery.ts';
import { findDelivery } from '../../src/outbox/deliveries/find-delivery.ts';
import { queueMail } from '../../src/outbox/deliveries/queue-mail.ts';
import { type OutgoingMail, type QueuedMail } from '../../src/outbox/deliveries/outgoing-mail.ts';
import { type MailTransport, smtpTransport } from '../../src/outbox/smtp/transport.ts';
import { silentLog } from '../../src/platform/log.ts';
import type { OperatorActor } from '../../src/people/access/actor.ts';
import { START, testOperator } from './app.ts';
import { testDatabase } from './database.ts';
import { insertContact, insertMailbox, insertRequest } from './desk.ts';
import { startSmtpListener } from './smtp-listener.ts';
import { oneAccount } from './transports.ts';

export type Outbox = {
  readonly deps: DeliverDeps;
  readonly now: () => Date;
  readonly advance: (ms: number) => void;
  /** What the test's own process has seen of leases; it counts by the same clock. */
  readonly leases: (leaseMs?: number) => LeaseWatch;
  readonly mailboxId: number;
  /** Olga, an admin. */
  readonly operatorId: number;
  readonly actor: OperatorActor;
  /** A request of its own contact, in progress with Olga. */
  readonly addRequest: (email?: string) => Promise<{ requestId: number; email: string }>;
  /** Queues a message to the request's contact. Defaults to a reply. */
  readonly queue: (
    request: { requestId: number; email: string },
    mail?: Partial<OutgoingMail>,
  ) => Promise<QueuedMail>;
  /** The delivery of a message as it is stored, with `people` and `attempts` in order (their keys as in SQL). */
  readonly stored: (messageId: number) => Promise<Record<string, unknown>>;
  readonly close: () => void;
};

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A database, a listener that behaves, and between them an outbox that is new in every test; `due` sends without jitter. Its hooks are the file's. */
export async function testOutbox() {
  const { db } = await testDatabase();
  const smtp = await startSmtpListener();
  let current: Outbox | undefined;
  beforeEach(async () => {
    smtp.setBehaviour({});
    smtp.mails.length = 0;
    current?.close();
    current = await openOutbox(db, smtp.url);
  });
  afterAll(async () => {
    current?.close();
    await smtp.stop();
  });
  const outbox = new Proxy({} as Outbox, { get: (_, name) => current?.[name as keyof Outbox] });
  let leases: LeaseWatch | undefined;
  beforeEach(() => void (leases = current?.leases()));
  const due = (options: DueOptions = {}): Promise<DueReport> =>
    deliverDue(outbox.deps, { random: () => 0, ...(leases === undefined ? {} : { leases }), ...options });
  const actor = (): OperatorActor => outbox.actor;
  /** A delivery as the interface shows it. */
  const shown = (deliveryId: number): Promise<DeliveryView> =>
    findDelivery(outbox.deps, actor(), { deliveryId });
  return { db, smtp, outbox, due, actor, shown };
}

/** A desk with one mailbox and one operator whose clock the test moves and whose SMTP account is the given server. */
export async function openOutbox(db: Db, smtp: string | MailTransport): Promise<Outbox> {
  let time = START.getTime();
  const now = (): Date => new Date(time);
  const transport = typeof smtp === 'string' ? smtpTransport({ url: smtp }) : smtp;
  const deps: DeliverDeps = {
    db,
    clock: { now },
    log: silentLog,
    publicUrl: 'https://desk.example.com',
    transports: oneAccount(transport),
  };
  const mailboxId = await insertMailbox(db, { address: 'desk@example.com', name: 'Example Desk' });
  const olga = await testOperator(deps, { name: 'Olga', role: 'admin' });
  let contacts = 0;

  return {
    deps,
    now,
    advance: (ms) => void (time += ms),
    leases: (leaseMs) => watchLeases(leaseMs, () => time),
    mailboxId,
    operatorId: olga.id,
    actor: olga.actor,
    async addRequest(email = `contact${++contacts}@example.org`) {
      const contactId = await insertContact(db, { email, name: 'Anna' });
      const values = { subject: 'Printer', assigneeId: olga.id, at: now() };
      return { requestId: await insertRequest(db, { mailboxId, contactId }, values), email };
    },
    async queue(request, mail = {}) {
      const full: OutgoingMail = {
        kind: 'reply',
        notice: mail.kind === 'notice' ? 'created' : null,
        requestId: request.requestId,
        mailboxId,
        authorOperatorId: mail.kind === 'notice' ? null : olga.id,
        from: { name: 'Example Desk', address: 'desk@example.com' },
        to: [{ name: 'Anna', address: request.email }],
        cc: [],
        replyTo: { name: 'Example Desk', address: 'desk+abcdefghijklmnop@example.com' },
        subject: 'Re: Printer',
        text: 'Please switch it off and on again.',
        html: null,
        inReplyTo: '<first@example.org>',
        references: ['<first@example.org>'],
        quotedMessageId: null,
        attachments: [],
        sendAfter: now(),
        at: now(),
        ...mail,
      };
      const queued = await db.begin((tx) => queueMail(tx, full));
      if (queued === null) throw new Error('the notice was not queued');
      return queued;
    },
    async stored(messageId) {
      const [row] = await db`
        select d.*,
          (select jsonb_agg(r order by position) from delivery_recipients r where r.delivery_id = d.id) as people,
          (select jsonb_agg(a order by a.id) from delivery_attempts a where a.delivery_id = d.id) as attempts
        from deliveries d where message_id = ${messageId}`;
      if (row === undefined) throw new Error(`no delivery of message ${messageId}`);
      return row;
    },
    close: () => transport.close(),
  };
}
