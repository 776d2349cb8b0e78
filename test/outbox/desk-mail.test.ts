import { expect, test } from 'vitest';
import type { DeskComposers, NewDeskMail } from '../../src/outbox/desk-mail/desk-mail.ts';
import { queueDeskMail } from '../../src/outbox/desk-mail/queue-desk-mail.ts';
import { listDeliveries } from '../../src/outbox/deliveries/list-deliveries.ts';
import { retryDelivery } from '../../src/outbox/deliveries/retry-delivery.ts';
import { deliverDue } from '../support/deliver-due.ts';
import type { SendResult } from '../../src/outbox/smtp/smtp.ts';
import { type MailTransport, smtpTransport } from '../../src/outbox/smtp/transport.ts';
import { insertMailbox } from '../support/desk.ts';
import { DAY, HOUR, MINUTE, testOutbox } from '../support/outbox.ts';
import { oneAccount } from '../support/transports.ts';

const { db, smtp, outbox, due, actor } = await testOutbox();
const ADMIN = { name: 'Ada', address: 'ada@example.com' };

async function queueDesk(mail: Partial<NewDeskMail> = {}): Promise<void> {
  const whole: NewDeskMail = {
    kind: 'relay_silent',
    mailboxId: outbox.mailboxId,
    to: [ADMIN],
    subject: 'The relay is silent',
    text: 'Nothing was heard.',
    at: outbox.now(),
    worthUntil: new Date(outbox.now().getTime() + DAY),
    ...mail,
  };
  await db.begin((tx) => queueDeskMail(tx, whole));
}

/** A link, whose mail is composed when it is sent. */
async function queueLink(): Promise<void> {
  await db.begin((tx) =>
    queueDeskMail(tx, {
      kind: 'sign_in',
      mailboxId: null,
      to: [ADMIN],
      aboutId: 7,
      at: outbox.now(),
      worthUntil: new Date(outbox.now().getTime() + 15 * MINUTE),
    }),
  );
}

function composer() {
  const composed: (number | null)[] = [];
  const deskComposers: DeskComposers = {
    sign_in: async ({ aboutId }) => {
      composed.push(aboutId);
      return { subject: 'Your sign-in link', text: `secret ${composed.length}` };
    },
  };
  return { composed, deskComposers };
}

const texts = (): string[] => smtp.mails.map(({ headers }) => headers['subject'] ?? '');

test('sign-in links leave before replies, replies before notices, and alarms after all', async () => {
  const { deskComposers } = composer();
  await queueDesk();
  await outbox.queue(await outbox.addRequest(), { kind: 'notice', subject: 'Notice' });
  await outbox.queue(await outbox.addRequest(), { subject: 'Reply' });
  await queueLink();
  await deliverDue({ ...outbox.deps, deskComposers }, { concurrency: 1 });
  expect(texts()).toEqual(['Your sign-in link', 'Reply', 'Notice', 'The relay is silent']);
  const [alarm] = smtp.mails.filter(({ headers }) => headers['subject'] === 'The relay is silent');
  expect(alarm).toMatchObject({ from: 'desk@example.com', to: ['ada@example.com'] });
  expect(alarm?.headers).toMatchObject({
    from: 'Example Desk <desk@example.com>',
    'auto-submitted': 'auto-generated',
    'x-mailroom-loop': 'desk@example.com',
  });
});

test('a mail to several people is one delivery each, with a Message-ID of its own that every attempt keeps', async () => {
  await queueDesk({ to: [ADMIN, { name: '', address: 'olga@example.com' }] });
  smtp.setBehaviour({ rcpt: (address) => (address === ADMIN.address ? { code: 451, text: 'later' } : null) });
  expect(await due()).toMatchObject({ sent: 1, deferred: 1 });
  smtp.setBehaviour({});
  outbox.advance(2 * MINUTE);
  expect(await due()).toMatchObject({ sent: 1 });
  expect(new Set(smtp.mails.map(({ internetMessageId }) => internetMessageId)).size).toBe(2);
  expect(await db`select state from deliveries`).toEqual([{ state: 'sent' }, { state: 'sent' }]);
});

test('a desk mail for nobody is none', async () => {
  await queueDesk({ to: [] });
  expect(await db`select id from deliveries`).toEqual([]);
});

test('a link is composed anew for every attempt, and what is stored of it holds no text', async () => {
  const { composed, deskComposers } = composer();
  await queueLink();
  smtp.setBehaviour({ data: { code: 451, text: 'later' } });
  await deliverDue({ ...outbox.deps, deskComposers });
  smtp.setBehaviour({});
  outbox.advance(MINUTE);
  expect(await deliverDue({ ...outbox.deps, deskComposers })).toMatchObject({ sent: 1 });
  expect(composed).toEqual([7, 7]);
  expect(smtp.mails[0]?.raw.toString()).toContain('secret 2');
  expect(JSON.stringify(await db`select * from desk_mails`)).not.toContain('secret');
});

test('a link that its composer gives up, or that nobody composes here, fails and says why', async () => {
  await queueLink();
  await deliverDue({ ...outbox.deps, deskComposers: { sign_in: async () => null } });
  await queueLink();
  await deliverDue(outbox.deps);
  expect(smtp.mails).toEqual([]);
  expect(await db`select outcome, reply from delivery_attempts order by id`).toEqual([
    { outcome: 'failed', reply: expect.stringContaining('nothing left to report') },
    { outcome: 'failed', reply: expect.stringContaining('compose a desk email of kind sign_in') },
  ]);
});

/** An account that fails as it is told to, and keeps what it was given. */
function account(answers: SendResult[]): MailTransport & { readonly sent: string[] } {
  const sent: string[] = [];
  return {
    ...smtpTransport({ url: smtp.url }),
    sent,
    async send(mime, { to }) {
      sent.push(/^Subject: (.*)\r$/m.exec(mime.toString())?.[1] ?? '');
      const reply = { code: 250, enhancedCode: null, text: 'OK' };
      return answers.shift() ?? { kind: 'answered', accepted: [...to], refused: [], reply };
    },
  };
}

const away = (text: string, code: number | null = null): SendResult => ({
  kind: 'account_failed',
  reply: { code, enhancedCode: null, text },
});

test.each([
  ['that cannot be reached', away('connect ECONNREFUSED')],
  ['whose provider takes no more today', away('550 5.4.5 Daily user sending limit exceeded', 550)],
])('a link is tried each minute by an account %s, while everything else waits', async (_, answer) => {
  const { deskComposers } = composer();
  const transport = account([answer, answer]);
  const deps = { ...outbox.deps, deskComposers, transports: oneAccount(transport) };
  await outbox.queue(await outbox.addRequest(), { subject: 'Reply' });
  await deliverDue(deps);
  await queueDesk();
  await queueLink();
  expect(await deliverDue(deps)).toMatchObject({ attempted: 0, paused: 'account' });
  outbox.advance(5000);
  expect(await deliverDue(deps)).toMatchObject({ attempted: 1, deferred: 1 });
  outbox.advance(70_000);
  await db`update sending_pauses set until = ${new Date(outbox.now().getTime() + HOUR)}`;
  await deliverDue(deps);
  expect(transport.sent.slice(0, 3)).toEqual(['Reply', 'Your sign-in link', 'Your sign-in link']);
});

test('a link leaves on a day that is spent, and counts against it', async () => {
  const { deskComposers } = composer();
  const transport = account([]);
  const deps = { ...outbox.deps, deskComposers, transports: oneAccount(transport, 1) };
  await outbox.queue(await outbox.addRequest(), { subject: 'Reply' });
  await deliverDue(deps);
  await queueDesk();
  await queueLink();
  expect(await deliverDue(deps)).toMatchObject({ sent: 1 });
  expect(transport.sent).toEqual(['Reply', 'Your sign-in link']);
});

test('of two accounts the one that works sends a link that any mailbox may send', async () => {
  const { deskComposers } = composer();
  const [broken, works] = [account([away('connect ECONNREFUSED')]), account([])];
  const sales = await insertMailbox(db, { address: 'sales@example.com', name: 'Sales' });
  const accounts = [
    {
      key: 'main',
      transport: { ...broken, account: 'broken' },
      dailyLimit: null,
      serves: { except: [sales] },
    },
    {
      key: 'own',
      transport: { ...works, account: 'works' },
      dailyLimit: null,
      serves: { only: [sales] },
    },
  ];
  const transports = { list: async () => accounts, for: async () => null, close() {} };
  await outbox.queue(await outbox.addRequest(), { subject: 'Reply' });
  await deliverDue({ ...outbox.deps, deskComposers, transports });
  await queueLink();
  expect(await deliverDue({ ...outbox.deps, deskComposers, transports })).toMatchObject({ sent: 1 });
  expect([broken.sent, works.sent]).toEqual([['Reply'], ['Your sign-in link']]);
});

test('desk mails are in no list of deliveries, and no verb reaches them', async () => {
  await queueDesk();
  const [row] = await db<{ id: number }[]>`select id from deliveries`;
  const listed = await listDeliveries(outbox.deps, actor(), {
    filters: {},
    sort: { field: 'id', descending: true },
    limit: 10,
    total: true,
  });
  expect(listed).toMatchObject({ items: [], total: 0 });
  const verb = retryDelivery({ ...outbox.deps, wakeDeliveries: () => {} }, actor(), {
    deliveryId: row?.id ?? 0,
  });
  await expect(verb).rejects.toMatchObject({ code: 'not_found' });
});

test('an address of the desk that its server refuses is suppressed for nobody', async () => {
  smtp.setBehaviour({ rcpt: { code: 550, text: '5.1.1 No such user' } });
  await queueDesk();
  expect(await due()).toMatchObject({ failed: 1 });
  expect(await db`select address from suppressed_addresses`).toEqual([]);
  expect(await db`select type from events where type not in ('operator.added', 'token.created')`).toEqual([]);
});
