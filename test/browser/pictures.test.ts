import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { servedConsole } from '../support/served-console.ts';

// Only when asked for: pictures differ from machine to machine.
const isAsked = process.env['PICTURES'] !== undefined;
const desk = isAsked ? await servedConsole() : null;

const MAILS: readonly (readonly [name: string, subject: string, text: string])[] = [
  [
    'Maria Lopez',
    'My parcel has not come',
    'Hello,\n\nI ordered two lamps on Monday, number 20417. Where are they?\n\nMaria',
  ],
  [
    'Ivan Sokolov',
    'Лампа мигает',
    'Добрый день!\n\nНовая лампа мигает через минуту после включения. Что делать?',
  ],
  [
    'Noor Haddad',
    'Is the two-metre cable back?',
    'Hi, is the two-metre cable in stock again? I would take three.',
  ],
  [
    'Chen Wei',
    'Invoice for October',
    'Could you send the invoice for October once more? Our accountant lost it.',
  ],
  ['Anna Berg', 'Return of order 20388', 'The shade has a scratch. I would like to return it.'],
  [
    'Tomás Ferreira',
    'Do you ship to the Azores?',
    'Hello! Do you ship to Ponta Delgada, and what does it cost?',
  ],
  ['Lucy Ward', 'Wrong colour', 'I asked for brass and got copper. They look lovely, but not with my table.'],
  [
    'Pavel Novák',
    'Order for twelve desks',
    'We furnish an office and need twelve desk lamps by the tenth. Can you do that?',
  ],
  ['Yuki Tanaka', 'Thank you!', 'It came this morning and works very well. Thank you for the quick help.'],
];

const CANNED: readonly (readonly [name: string, text: string])[] = [
  ['On its way', 'Dear {{ contact.name | default: "customer" }},\n\nyour parcel {{ parcel }} is on its way.'],
  ['Returns', 'You can return it within thirty days; the label is in the box.'],
];

async function furnish(at: NonNullable<typeof desk>) {
  await at.mailbox();
  const ann = await at.operator('Ann', 'admin');
  const bob = await at.operator('Bob');
  for (const [index, [name, subject, text]] of MAILS.entries()) {
    const address = `${
      name
        .normalize('NFD')
        .replace(/[^A-Za-z]/g, '')
        .toLowerCase() || 'ivan'
    }@customer.example`;
    const from = `=?UTF-8?B?${Buffer.from(name).toString('base64')}?= <${address}>`;
    const encoded = `=?UTF-8?B?${Buffer.from(subject).toString('base64')}?=`;
    await at.receive({ from, subject: encoded, text, messageId: `<picture-${index}@customer.example>` });
    at.app.clock.advance(23 * 60_000);
  }
  const ok = (method: string, path: string, body?: unknown) => at.ok(ann.token, method, path, body);
  await ok('POST', '/v1/requests/8/take');
  await ok('PATCH', '/v1/requests/8', { priority: 'P1', tags: ['bulk order'] });
  await ok('POST', '/v1/requests/1/take');
  await ok('POST', '/v1/requests/1/notes', {
    text: 'The carrier says: tomorrow before noon. She called twice.',
  });
  await ok('POST', '/v1/requests/1/messages', {
    text: 'Dear Maria,\n\nyour lamps left our house on Tuesday and reach you tomorrow before noon.\n\nAnn',
  });
  await at.ok(bob.token, 'POST', '/v1/requests/5/take');
  await ok('POST', '/v1/requests/9/close', { notify: false });
  await at.deliver();
  await at.receive({
    from: 'Eve <eve@customer.example>',
    subject: 'Your mailbox is full',
    results: 'mx.google.com; dmarc=fail (p=REJECT) header.from=customer.example',
  });
  at.smtp.setBehaviour({ rcpt: { code: 550, text: '5.1.1 No such user here' } });
  await ok('POST', '/v1/requests/4/messages', { text: 'Here it is.' });
  await at.deliver();
  at.app.clock.advance(60_000);
  await ok('POST', '/v1/webhooks', { url: 'http://127.0.0.1:9/events', name: 'Our data warehouse' });
  await ok('POST', '/v1/webhooks/1/test');
  for (const [name, text] of CANNED) await ok('POST', '/v1/canned-replies', { scope: 'desk', name, text });
  await at.ok(bob.token, 'POST', '/v1/presence', { requestId: 7, state: 'looking' });
  return ann;
}

const SHOWN: readonly (readonly [name: string, path: string, kept: boolean])[] = [
  ['list', '/requests?view=open', true],
  ['search', '/requests?view=open&q=lamp', false],
  ['conversation', '/requests/1?from=view%3Dopen', true],
  ['answering', '/requests/8?from=view%3Dopen', true],
  ['settings', '/settings/templates', true],
  ['me', '/settings/me', false],
  ['mailbox', '/settings/mailboxes/1', false],
  ['connect', '/settings/mailboxes/1/connect', false],
  ['operators', '/settings/operators', false],
  ['tokens', '/settings/operators/2/tokens', false],
  ['canned', '/settings/canned', false],
  ['webhooks', '/settings/webhooks', false],
  ['webhook', '/settings/webhooks/1', false],
  ['jira', '/settings/jira', false],
  ['original', '/requests/1/messages/1/original', false],
  ['missing', '/requests/4711', false],
  ['quarantine', '/quarantine', false],
  ['deliveries', '/deliveries', false],
  ['mailboxes', '/mailboxes', false],
  ['overview', '/overview', false],
  ['contact', '/contacts/1', false],
  ['history', '/requests/1/history', false],
  ['new', '/requests/new', false],
  ['views', '/views', false],
  ['keys', '/keys', false],
  ['empty', '/requests?view=mine&status=pending', false],
];

const LOOKS = [
  ['light', 1280, 'light'],
  ['dark', 1280, 'dark'],
  ['phone', 360, 'light'],
] as const;

test.runIf(isAsked)(
  'every page is pictured, light, dark and on a phone; those of the README into its folder',
  async () => {
    if (desk === null) throw new Error('no desk was started');
    const kept = join(import.meta.dirname, '../../docs/pictures');
    const others = process.env['PICTURES'] === '1' ? null : (process.env['PICTURES'] ?? null);
    await mkdir(kept, { recursive: true });
    const admin = await desk.operator('First', 'admin');
    const first = await desk.signedIn(admin.id);
    await picture(first, ['begin', '/begin', false], others, kept);
    const ann = await furnish(desk);
    const page = await desk.signedIn(ann.id);
    for (const shown of SHOWN) await picture(page, shown, others, kept);
    expect(await page.locator('main h1').count()).toBe(1);
  },
  300_000,
);

async function picture(
  page: Page,
  [name, path, isKept]: (typeof SHOWN)[number],
  others: string | null,
  kept: string,
): Promise<void> {
  if (desk === null || (!isKept && others === null)) return;
  const only = process.env['ONLY']?.split(',');
  if (only !== undefined && !only.includes(name)) return;
  for (const [look, width, colorScheme] of LOOKS) {
    await page.setViewportSize({ width, height: 760 });
    await page.emulateMedia({ colorScheme });
    await page.goto(desk.url(path));
    if (name === 'answering')
      await page
        .getByPlaceholder('Write to the contact…')
        .fill('Dear Mr Novák,\n\ntwelve lamps by the tenth are no trouble at all.');
    await page.screenshot({ path: join(isKept ? kept : (others ?? kept), `${name}-${look}.png`) });
  }
}
