import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { serveJira } from '../../src/apps/demo/jira/serve-jira.ts';
import { SIMULATED_APP } from '../../src/apps/demo/jira/sign-in.ts';
import { startTenant } from '../../src/apps/demo/microsoft/simulated-tenant.ts';
import { CLIENT_ID, CLIENT_SECRET, TENANT } from '../../src/apps/demo/microsoft/tenant-identity.ts';
import { testClock } from '../support/app.ts';
import { DESK } from '../support/intake.ts';
import { servedConsole } from '../support/served-console.ts';

const [tenant, jira] = await Promise.all([startTenant(DESK), serveJira({ clock: testClock() })]);
afterAll(() => Promise.all([tenant.stop(), jira.close()]));
const nobody = { open: async () => null, smtpToken: () => Promise.reject(new Error('nobody is connected')) };
const desk = await servedConsole({
  microsoft: { ...nobody, endpoints: tenant.endpoints },
  atlassian: jira.atlassian,
});
const maria = { from: 'Maria <maria@customer.example>', subject: 'My parcel' };
const box = 'Write to the contact…';

async function furnished() {
  await desk.mailbox();
  await desk.receive({ ...maria, messageId: '<parcel@customer.example>' });
  return { ann: await desk.operator('Ann'), leo: await desk.operator('Leo') };
}

test('of two who take the same request one is told who won, and nobody’s text is lost', async () => {
  const { ann, leo } = await furnished();
  const [mine, theirs] = await Promise.all([desk.signedIn(ann.id), desk.signedIn(leo.id)]);
  await Promise.all([mine.goto(desk.url('/requests/1')), theirs.goto(desk.url('/requests/1'))]);
  await theirs.getByPlaceholder(box).fill('Half a sentence');
  await theirs.getByText('Draft saved').waitFor();
  // In a menu, too, left for a look at the messages.
  const menu = theirs.locator('details', { has: theirs.locator('summary', { hasText: 'Status' }) });
  await menu.locator('summary').click();
  await menu.locator('textarea').fill('It came.');
  await theirs.locator('.messages').click({ position: { x: 5, y: 5 } });
  await mine.getByRole('button', { name: 'Take', exact: true }).click();
  await mine.getByText('Request 1 is yours now.').waitFor();
  // The feed has told Leo's page; what he wrote stands where he wrote it.
  await theirs.locator('[data-assignee]', { hasText: 'Ann' }).waitFor();
  expect(await theirs.getByPlaceholder(box).inputValue()).toBe('Half a sentence');
  expect(await menu.locator('textarea').inputValue()).toBe('It came.');
  const answer = await theirs.evaluate(
    "fetch('/requests/1/take', { method: 'POST', body: new URLSearchParams() }).then((answer) => answer.text())",
  );
  expect(answer).toContain('Ann has this request already.');
  expect(answer).toContain('Half a sentence');

  await desk.receive({ ...maria, text: 'It is blue.', inReplyTo: '<parcel@customer.example>' });
  await theirs.locator('.message', { hasText: 'It is blue.' }).waitFor();
  expect(await theirs.getByPlaceholder(box).inputValue()).toBe('Half a sentence');
  await theirs.getByRole('button', { name: 'Send', exact: true }).click();
  await theirs.getByText('Messages came in that you have not seen.').waitFor();
  expect(await theirs.getByPlaceholder(box).inputValue()).toBe('Half a sentence');
  await theirs.getByRole('button', { name: 'Send', exact: true }).click();
  await theirs.locator('.message.outbound', { hasText: 'Half a sentence' }).waitFor();

  // Taken back while it is held, it is a draft again.
  await theirs.getByRole('button', { name: 'Undo' }).click();
  await theirs.getByText('It is not sent.').waitFor();
  expect(await theirs.getByPlaceholder(box).inputValue()).toBe('Half a sentence');
}, 60_000);

test('what happens between the making of a page and its listening reaches it, in the first tab and in another', async () => {
  const { ann } = await furnished();
  const first = await desk.signedIn(ann.id);
  const other = await first.context().newPage();
  const answer = (text: string) =>
    desk.receive({
      ...maria,
      subject: 'Re: My parcel',
      text,
      messageId: `<${randomUUID()}@customer.example>`,
    });
  for (const [page, text] of [
    [first, 'It was blue.'],
    [other, 'And it was large.'],
  ] as const) {
    const held = Promise.withResolvers<void>();
    await page.route(/\/live[.-][^/]*js/, async (route) => {
      await held.promise;
      await route.continue();
    });
    await page.goto(desk.url('/requests/1'), { waitUntil: 'commit' });
    await page.locator('.message').first().waitFor();
    await answer(text);
    // The first tab has heard it before the other listens.
    if (page === other) await first.locator('.message', { hasText: text }).waitFor();
    held.resolve();
    await page.locator('.message', { hasText: text }).waitFor();
  }
  expect(await other.locator('.message', { hasText: /It was blue|And it was large/ }).count()).toBe(2);
});

test('a page that heard nothing before it was left shows, when one comes back, what happened meanwhile', async () => {
  const { ann } = await furnished();
  const page = await desk.signedIn(ann.id);
  await page.goto(desk.url('/requests/1'));
  const look = (hidden: boolean) =>
    page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'))`);
  await look(true);
  await desk.receive({ ...maria, text: 'It was blue.', messageId: '<blue@customer.example>' });
  await look(false);
  await page.locator('.message', { hasText: 'It was blue.' }).waitFor();
  expect(await page.locator('.message', { hasText: 'It was blue.' }).count()).toBe(1);
});

test('six open tabs leave the seventh its connections', async () => {
  const { ann } = await furnished();
  const page = await desk.signedIn(ann.id);
  for (let tab = 0; tab < 6; tab += 1) {
    const other = await page.context().newPage();
    await other.goto(desk.url('/requests?view=open'), { waitUntil: 'load' });
  }
  await page.goto(desk.url('/requests/1'));
  await page.locator('.message').first().waitFor();
  const tabs = page
    .context()
    .pages()
    .map((each) => new URL(each.url()).pathname);
  expect(tabs.filter((path) => path.startsWith('/requests'))).toHaveLength(7);
}, 60_000);

test('a sign-in that runs out while one writes costs no word', async () => {
  const { ann } = await furnished();
  const page = await desk.signedIn(ann.id);
  await page.goto(desk.url('/requests/1'));
  await page.context().clearCookies();
  await page.getByPlaceholder(box).fill('A long answer');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('heading', { name: 'Your session has expired' }).waitFor();
  expect(await page.getByRole('textbox').inputValue()).toBe('A long answer');
  await desk.signIn(page, ann.id);
  await page.getByRole('button', { name: 'Send it now' }).click();
  await page.locator('.message.outbound', { hasText: 'A long answer' }).waitFor();
});

test('a form that leads to another site gets there and back: Microsoft’s sign-in, Atlassian’s consent', async () => {
  const mailbox = await desk.mailbox();
  const { id, token } = await desk.operator('Ann', 'admin');
  await desk.receive({ ...maria, messageId: '<parcel@customer.example>' });
  const [page, reading] = await Promise.all([desk.signedIn(id), desk.signedIn(id)]);
  await reading.goto(desk.url('/requests/1'));
  const at = desk.url(`/settings/mailboxes/${mailbox.id}/microsoft`);
  await page.goto(at);
  await page.locator('[name=tenantId]').fill(TENANT);
  await page.locator('[name=clientId]').fill(CLIENT_ID);
  await page.locator('[name=way]').selectOption('browser');
  await page.locator('[name=secret]').fill(CLIENT_SECRET);
  await page.locator('button[value=connect]').click();
  await page.locator('button[value=authorize]').click();
  await page.locator('button[value=disconnect]').waitFor();
  expect(page.url()).toBe(at);

  const { id: connection } = await desk.ok(token, 'POST', '/v1/connections', {
    kind: 'oauth',
    name: 'Jira',
    siteUrl: jira.siteUrl,
    clientId: SIMULATED_APP.id,
    clientSecret: SIMULATED_APP.secret,
  });
  await page.goto(desk.url(`/settings/jira/${connection}`));
  await page.locator('button[value=consent]').click();
  await page.getByRole('link', { name: 'Accept' }).click();
  await page.locator('button[value=refresh]').waitFor();
  expect(page.url()).toBe(desk.url(`/settings/jira/${connection}`));

  // A page that was opened before there was a Jira learns of the issue as well.
  const issue = { connectionId: connection, projectKey: 'DEV', issueTypeId: '10001' };
  await desk.ok(token, 'POST', '/v1/requests/1/links', issue);
  await reading.locator('.facts [data-live=jira] li').waitFor();
  expect(await reading.locator('.facts [data-live=jira] h2').innerText()).toBe('Jira');
  await reading.locator('.facts summary', { hasText: 'Link another issue' }).click();
  await reading.locator('.facts').getByRole('button', { name: 'Link', exact: true }).waitFor();
}, 60_000);
