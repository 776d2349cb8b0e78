import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { servedConsole } from '../support/served-console.ts';

const desk = await servedConsole();
const maria = 'Maria <maria@customer.example>';
const box = 'Write to the contact…';

/** What a mail says, its lines whole. */
const textOf = (mail: { readonly raw: Buffer } | undefined): string =>
  (mail?.raw.toString() ?? '').replace(/=\r?\n/g, '').replaceAll('=3D', '=');

/** Presses what has a key of its own by that, and anything else as whoever tabs to it does. */
async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).first().focus();
  await page.keyboard.press('Enter');
}

test('an operator’s day, with keys alone: from the mailed link to a delivery that is tried again', async () => {
  await desk.mailbox();
  const ann = await desk.operator('Ann', 'lead');
  await desk.receive({ from: maria, subject: 'My parcel', messageId: '<parcel@customer.example>' });
  const page = await desk.opened();
  const { keyboard } = page;

  await page.goto(desk.url('/requests?view=unassigned'));
  // What asks for the focus has it at the next frame, not yet when the page is loaded: a key before that goes nowhere.
  await page.locator('input:focus').waitFor();
  await keyboard.type(ann.email);
  await keyboard.press('Enter');
  await page.getByRole('status').waitFor();
  const link = () =>
    desk.smtp.mails
      .filter(({ to }) => to.includes(ann.email))
      .flatMap((mail) => /http\S+\/sign-in\?token=\S+/.exec(textOf(mail)) ?? [])[0];
  await expect.poll(() => desk.deliver().then(link)).toBeDefined();
  await page.goto(link() ?? '');
  await page.locator('button:focus').waitFor();
  await keyboard.press('Enter');
  await page.waitForURL(/\/requests\?view=unassigned/);

  await keyboard.press('j');
  await keyboard.press('Enter');
  await page.getByRole('heading', { name: 'My parcel' }).waitFor();
  await keyboard.press('t');
  await page.getByText('Request 1 is yours now.').waitFor();

  // A reply with a file, taken back while it is held, and sent after all.
  await keyboard.press('r');
  await keyboard.type('It left this morning.');
  const chooser = page.waitForEvent('filechooser');
  await page.locator('form[data-box=reply] input[type=file]').focus();
  await keyboard.press('Enter');
  await (await chooser).setFiles({ name: 'label.txt', mimeType: 'text/plain', buffer: Buffer.from('4711') });
  await page.locator('[data-files]').getByText('label.txt').waitFor();
  await page.getByPlaceholder(box).focus();
  await keyboard.press('Control+Enter');
  await page.locator('.message.outbound', { hasText: 'It left this morning.' }).waitFor();
  await keyboard.press('z');
  await page.getByText('It is not sent. The text is back in the box.').waitFor();
  expect(await page.getByPlaceholder(box).inputValue()).toBe('It left this morning.');
  await keyboard.press('r');
  await keyboard.press('Control+End');
  await keyboard.type(' It comes tomorrow.');
  await keyboard.press('Control+Enter');
  await page.locator('.message.outbound', { hasText: 'It comes tomorrow.' }).waitFor();
  desk.app.clock.advance(11_000);
  desk.smtp.mails.length = 0;
  await desk.deliver();
  const [sent] = desk.smtp.mails.filter(({ to }) => to.includes('maria@customer.example')).slice(-1);
  expect(textOf(sent)).toMatch(/It left this morning\. It comes tomorrow\.[^]*filename="?label\.txt/);

  await keyboard.press('n');
  await keyboard.type('She called.');
  await keyboard.press('Control+Enter');
  await page.locator('.message.note', { hasText: 'She called.' }).waitFor();

  const about = { from: maria, subject: 'Another matter', inReplyTo: '<parcel@customer.example>' };
  await desk.receive({ ...about, text: 'My chair squeaks.' });
  await page.locator('.message', { hasText: 'My chair squeaks.' }).waitFor();
  await press(page, 'Split off into its own request');
  await page.getByText('Request 2 was split off.').waitFor();

  await keyboard.press('e');
  await page.getByText('Request 1 is closed.').waitFor();
  await keyboard.press('/');
  await keyboard.type('tomorrow is:closed');
  await keyboard.press('Enter');
  await page.locator('#r1 mark').first().waitFor();
  await keyboard.press('j');
  await keyboard.press('Enter');
  await page.getByRole('heading', { name: 'My parcel' }).waitFor();

  // What is held: released, trusted, discarded, blocked.
  const forged = 'mx.google.com; dmarc=fail (p=REJECT) header.from=customer.example';
  for (const name of ['Eve', 'Kim', 'Max', 'Joe'])
    await desk.receive({
      from: `${name} <${name}@customer.example>`,
      subject: `Of ${name}`,
      results: forged,
    });
  const held = () => desk.ok(ann.token, 'GET', '/v1/intake?outcome=quarantined&sort=id');
  // A key pressed while a page is leaving, or before its scripts run, would be lost.
  const arrives = () => page.waitForEvent('framenavigated', (frame) => frame === page.mainFrame());
  const decide = async (subject: string, name: string) => {
    await page.waitForLoadState();
    // Some lead back to it.
    if (new URL(page.url()).pathname !== '/quarantine') {
      await keyboard.press('g');
      await Promise.all([arrives(), keyboard.press('q')]);
      await page.waitForURL(/\/quarantine/);
      await page.waitForLoadState();
    }
    const row = page.locator('li', { hasText: subject });
    await row.getByRole('button', { name, exact: true }).focus();
    await Promise.all([arrives(), keyboard.press('Enter')]);
    expect(JSON.stringify(await held())).not.toContain(subject);
  };
  await decide('Of Eve', 'Release');
  await page.getByRole('heading', { name: 'Of Eve' }).waitFor();
  await decide('Of Kim', 'Release and trust the sender');
  await decide('Of Max', 'Discard');
  await decide('Of Joe', 'Discard and block the sender');
  const contacts = await desk.db`
    select email, trusted, blocked
    from contacts join contact_settings on contact_id = contacts.id
    where trusted or blocked
    order by email`;
  expect(contacts).toEqual([
    { email: 'joe@customer.example', trusted: false, blocked: true },
    { email: 'kim@customer.example', trusted: true, blocked: false },
  ]);

  desk.smtp.setBehaviour({ rcpt: { code: 550, text: '5.1.1 No such user' } });
  await desk.ok(ann.token, 'POST', '/v1/requests/2/messages', { text: 'Which chair?' });
  await desk.deliver();
  desk.smtp.setBehaviour({});
  desk.smtp.mails.length = 0;
  await keyboard.press('g');
  await keyboard.press('d');
  await page.waitForURL(/\/deliveries/);
  await page.locator('[data-row]', { hasText: '5.1.1 No such user' }).locator('input').last().focus();
  await keyboard.press('Space');
  await press(page, 'Try the selected ones again');
  await page.getByText('Done.').waitFor();
  await desk.deliver();
  expect(desk.smtp.mails.map(({ to }) => to)).toEqual([['maria@customer.example']]);
  expect(desk.faults).toEqual([]);
}, 60_000);

test('who asked for messages of the system is told of a mail in a request of theirs while they look elsewhere', async () => {
  await desk.mailbox();
  const ann = await desk.operator('Ann');
  await desk.receive({ from: maria, subject: 'My parcel', messageId: '<parcel@customer.example>' });
  await desk.ok(ann.token, 'POST', '/v1/requests/1/take');
  const page = await desk.signedIn(ann.id);
  // A browser without a screen shows none: what the page asks it to show is kept here.
  await page.addInitScript(() => {
    const window = globalThis as any;
    window.shown = [];
    window.Notification = class extends EventTarget {
      static permission = 'default';
      static async requestPermission() {
        return (this.permission = sessionStorage['allowed'] = 'granted');
      }
      constructor(title: string, { body }: { body: string }) {
        super();
        window.shown.push([title, body]);
      }
    };
    window.Notification.permission = window.sessionStorage['allowed'] ?? 'default';
  });
  await page.goto(desk.url('/settings/me'));
  await page.locator('[data-notify-on]').click();
  await page.locator('[data-notify-off]').waitFor();
  await page.goto(desk.url('/requests?view=open'));
  await page.evaluate("Object.defineProperty(document, 'hidden', { value: true })");
  const again = { from: maria, subject: 'Re: My parcel', inReplyTo: '<parcel@customer.example>' };
  await desk.receive({ ...again, text: 'It is blue.' });
  await expect.poll(() => page.evaluate('shown')).toEqual([['New message', 'Maria: My parcel']]);
  expect(desk.faults).toEqual([]);
});
