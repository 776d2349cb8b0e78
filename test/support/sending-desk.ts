import { afterAll, afterEach, beforeEach } from 'vitest';
import type { Db } from '../../src/platform/db/connect.ts';
import { deliverDue } from './deliver-due.ts';
import { smtpTransport } from '../../src/outbox/smtp/transport.ts';
import { createParsePool, type ParsePool } from '../../src/mail/reading/parse-pool.ts';
import { testApp, testPeople } from './app.ts';
import { testDatabase } from './database.ts';
import { type MailParts, receive, testMailbox } from './intake.ts';
import { startSmtpListener } from './smtp-listener.ts';
import { oneAccount } from './transports.ts';

type Given = { readonly parsePool: ParsePool; readonly smtpUrl: string; readonly mail?: MailParts };

/** A desk with operators that takes mail by the relay's endpoint and sends to a listener, and one request of Carla's. */
export async function sendingDesk(db: Db, given: Given) {
  const made = sendingApp(db, given);
  return { ...made, ...(await settle(made, given.mail)) };
}

function sendingApp(db: Db, { parsePool, smtpUrl }: Given) {
  const transport = smtpTransport({ url: smtpUrl, maxConnections: 1 });
  const made = testApp(db, { parsePool, transports: oneAccount(transport) });
  return {
    ...made,
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

/** The rows of the desk: its mailbox, its people, and the request that a first mail opens. */
async function settle(made: ReturnType<typeof testApp>, mail: MailParts = {}) {
  const mailbox = await testMailbox(made.deps);
  const people = await testPeople(made.deps, ['Ann', 'Bob', 'Lea', 'Ada']);
  await receive(made, mail);
  return { mailbox, ...people };
}

export type SendingDesk = Awaited<ReturnType<typeof sendingDesk>>;

/** A database, a listener that behaves, and a desk that is new in every test and sends to it. Its hooks are the file's. */
export async function testSendingDesk() {
  const { db, empty, keep } = await testDatabase();
  const parsePool = createParsePool({ size: 1 });
  const smtp = await startSmtpListener();
  let current: SendingDesk | undefined;
  let settled: Awaited<ReturnType<typeof settle>> | undefined;
  let putBack: (() => Promise<void>) | undefined;
  beforeEach(async () => {
    smtp.setBehaviour({});
    smtp.mails.length = 0;
    const made = sendingApp(db, { parsePool, smtpUrl: smtp.url });
    if (putBack === undefined) {
      settled = await settle(made);
      putBack = await keep();
    } else await putBack();
    current = { ...made, ...(settled as NonNullable<typeof settled>) };
  });
  afterEach(() => current?.close());
  afterAll(() => Promise.all([parsePool.close(), smtp.stop()]));
  const desk = new Proxy({} as SendingDesk, { get: (_, name) => current?.[name as keyof SendingDesk] });
  return { db, empty, parsePool, smtp, desk };
}
