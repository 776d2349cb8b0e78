import { afterAll, afterEach, beforeEach } from 'vitest';
import type { Db } from '../../src/platform/db/connect.ts';
import { deliverDue } from '../../src/outbox/sending/deliver-due.ts';
import { smtpTransport } from '../../src/outbox/smtp/transport.ts';
import { createParsePool, type ParsePool } from '../../src/mail/reading/parse-pool.ts';
import { testApp, testPeople } from './app.ts';
import { testDatabase } from './database.ts';
import { type MailParts, receive, testMailbox } from './intake.ts';
import { startSmtpListener } from './smtp-listener.ts';
import { oneAccount } from './transports.ts';

/** A desk with operators that takes mail by the relay's endpoint and sends to a listener, and one request of Carla's. */
export async function sendingDesk(
  db: Db,
  given: { readonly parsePool: ParsePool; readonly smtpUrl: string; readonly mail?: MailParts },
) {
  const transport = smtpTransport({ url: given.smtpUrl, maxConnections: 1 });
  const made = testApp(db, { parsePool: given.parsePool, transports: oneAccount(transport) });
  const mailbox = await testMailbox(made.deps);
  const people = await testPeople(made.deps, ['Ann', 'Bob', 'Lea', 'Ada']);
  await receive(made, given.mail ?? {});
  return {
    ...made,
    mailbox,
    ...people,
    /** Answers of a call as JSON; anything but a 2xx fails the test. */
    async ok(token: string, method: string, path: string, body?: unknown): Promise<any> {
      const response = await made.call(method, path, { token, body });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return JSON.parse(text);
    },
    deliver: () => deliverDue(made.deps, { random: () => 0 }),
    close: () => transport.close(),
  };
}

export type SendingDesk = Awaited<ReturnType<typeof sendingDesk>>;

/** A database, a listener that behaves, and a desk that is new in every test and sends to it. Its hooks are the file's. */
export async function testSendingDesk() {
  const { db } = await testDatabase();
  const parsePool = createParsePool({ size: 1 });
  const smtp = await startSmtpListener();
  let current: SendingDesk | undefined;
  beforeEach(async () => {
    smtp.setBehaviour({});
    smtp.mails.length = 0;
    current = await sendingDesk(db, { parsePool, smtpUrl: smtp.url });
  });
  afterEach(() => current?.close());
  afterAll(() => Promise.all([parsePool.close(), smtp.stop()]));
  const desk = new Proxy({} as SendingDesk, { get: (_, name) => current?.[name as keyof SendingDesk] });
  return { db, parsePool, smtp, desk };
}
