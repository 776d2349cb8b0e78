import { expect, test } from 'vitest';
import { servedConsole } from '../support/served-console.ts';

const desk = await servedConsole();
const problems = () => desk.faults.filter((each) => !/status of 4(09|22)/.test(each));

test('a field is defined, asked for at closing, filled in by keys, seen in the list and set by a rule', async () => {
  await desk.mailbox();
  const lea = await desk.operator('Lea', 'lead');
  await desk.receive({ from: 'maria@customer.example', subject: 'My lamp' });
  const page = await desk.signedIn(lea.id);
  const valuesOf = async (id: number) =>
    (await desk.db`select status, fields from requests where id = ${id}`)[0];

  await page.goto(desk.url('/settings/fields'));
  const add = page.locator('form[action="/settings/fields"]');
  // Only a kind with a list has choices.
  expect(await add.getByLabel('Choices').isVisible()).toBe(false);
  await add.getByLabel('Key').fill('environment');
  await add.getByLabel('Name', { exact: true }).fill('Environment');
  await add.getByLabel('Kind').selectOption('one_of');
  await add.getByLabel('Choices').fill('prod\ntest');
  await add.getByLabel('Needed to resolve or close').check();
  await add.getByRole('button', { name: 'Add a field' }).click();
  await page.locator('.defined summary', { hasText: 'One of a list: prod, test' }).waitFor();

  await page.goto(desk.url('/requests/1'));
  await page.waitForLoadState();
  await page.keyboard.press('f');
  await expect.poll(() => page.evaluate('document.activeElement.name')).toBe('field.environment');
  await page.keyboard.press('Escape');
  await page.keyboard.press('e');
  const needed = page.locator('[data-needed] select');
  await needed.selectOption('test');
  await page.locator('form.settle button').click();
  await page.locator('[data-status]', { hasText: 'Closed' }).waitFor();
  expect(await valuesOf(1)).toEqual({ status: 'closed', fields: { environment: 'test' } });

  await page.goto(desk.url('/settings/rules/1/new'));
  await page.getByLabel('Name', { exact: false }).first().fill('Lamps');
  await page.getByLabel('the subject contains').fill('lamp');
  await page.getByLabel('Add an action').first().selectOption({ label: 'set the field Environment' });
  await page.getByRole('button', { name: 'Add an action' }).click();
  await page.locator('[name="a1.value"]').selectOption('prod');
  await page.getByRole('button', { name: 'Try it' }).click();
  await page.getByText('1 hit among the last 1 email').waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('set Environment to “prod”').waitFor();
  await desk.receive({ from: 'ivan@customer.example', subject: 'The lamp flickers' });
  expect(await valuesOf(2)).toMatchObject({ fields: { environment: 'prod' } });
  await page.getByRole('link', { name: 'Change' }).click();
  await page.getByRole('link', { name: 'Requests it hit' }).click();
  await page.locator('#r2').waitFor();

  await page.locator('.filter summary').click();
  await page.locator('.chosen-columns').getByLabel('Environment').check();
  await page.getByRole('button', { name: 'Show these columns' }).click();
  await page.locator('#r2 .cells', { hasText: 'prod' }).waitFor();
  await page.locator('#r2 input').check();
  await page.getByLabel('Set a field').selectOption('environment=test');
  await page.getByRole('button', { name: 'Set a field' }).click();
  await page.locator('#r2 .cells', { hasText: 'test' }).waitFor();
  expect(problems()).toEqual([]);
}, 60_000);
