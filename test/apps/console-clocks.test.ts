import { expect, test } from 'vitest';
import { openSession } from '../../src/people/credentials/open-session.ts';
import { tellClocks } from '../../src/requests/clocks/tell-clocks.ts';
import { testApp } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertRequest, testDesk } from '../support/desk.ts';

const { db } = await testDatabase();
const HOUR = 3_600_000;

async function visitor(name: 'Lea' | 'Ann') {
  const made = testApp(db, { publicUrl: 'http://desk.example.com' });
  const people = await testDesk(made.deps, ['Lea', 'Ann']);
  const { id } = name === 'Lea' ? people.lea : people.ann;
  const { session } = await db.begin((tx) => openSession(tx, id, made.clock.now()));
  const headers = { cookie: `mailroom=${session}`, 'sec-fetch-site': 'same-origin' };
  const page = async (path: string, form?: Readonly<Record<string, string | File>>, language = 'en') => {
    const body = new FormData();
    for (const [field, value] of Object.entries(form ?? {})) body.append(field, value);
    const sent = form === undefined ? {} : { method: 'POST', body };
    const response = await made.app.request(path, {
      headers: { ...headers, 'accept-language': language },
      ...sent,
    });
    return { status: response.status, text: await response.text() };
  };
  return { ...made, ...people, page };
}

test('a lead makes a calendar with the holidays of a file and promises by it, in either language', async () => {
  const { page } = await visitor('Lea');
  const ics =
    'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Christmas\r\nDTSTART;VALUE=DATE:20261225\r\nEND:VEVENT\r\nEND:VCALENDAR';
  const form = {
    name: 'Office',
    timeZone: 'Europe/Berlin',
    day1: '09:00-12:30, 13:00-17:00',
    holidays: '2026-12-24 Eve',
  };
  const file = new File([ics], 'days.ics', { type: 'text/calendar' });
  expect((await page('/settings/calendars', { ...form, day2: '9 to 5' })).status).toBe(422);
  expect((await page('/settings/calendars', { ...form, ics: file })).status).toBe(303);
  const [calendar] = await db`select id, hours, holidays from calendars`;
  expect(calendar).toEqual({
    id: 1,
    hours: [
      { weekday: 1, from: '09:00', to: '12:30' },
      { weekday: 1, from: '13:00', to: '17:00' },
    ],
    holidays: [
      { date: '2026-12-24', name: 'Eve' },
      { date: '2026-12-25', name: 'Christmas' },
    ],
  });
  const times = {
    firstAnswerMinutes: '30 min',
    nextAnswerMinutes: '',
    resolutionMinutes: '1 d 5h',
    calendarId: '1',
  };
  expect((await page('/settings/clocks/1', times)).status).toBe(303);
  expect((await page('/settings/clocks/1', { ...times, resolutionMinutes: 'soon' })).status).toBe(422);
  const [policy] = await db`
    select first_answer_minutes, next_answer_minutes, resolution_minutes, calendar_id from policies where id = 1`;
  expect(policy).toEqual({
    firstAnswerMinutes: 30,
    nextAnswerMinutes: null,
    resolutionMinutes: 1740,
    calendarId: 1,
  });
  expect((await page('/settings/clocks')).text).toContain('First answer');
  expect((await page('/settings/clocks')).text).toContain('value="1 d 5 h"');
  const russian = (await page('/settings/clocks', undefined, 'ru')).text;
  for (const words of ['Первый ответ', 'value="1 д 5 ч"']) expect(russian).toContain(words);
  expect((await page('/settings/clocks/1', { ...times, resolutionMinutes: '2 д' })).status).toBe(303);
  expect((await page('/settings/calendars', undefined, 'ru')).text).toContain('Понедельник');
  expect((await page('/settings/calendars/1', { ...form, verb: 'remove' })).status).toBe(422);
});

test('an agent sees what is due, and promises nothing', async () => {
  const { page, deps, clock, ann, mailboxId, contactId } = await visitor('Ann');
  await insertRequest(db, { mailboxId, contactId }, { subject: 'Late one', assigneeId: ann.id });
  clock.advance(7 * HOUR);
  await tellClocks(deps);
  expect((await page('/requests?view=due')).text).toMatch(/due in 1 hr/);
  clock.advance(2 * HOUR);
  await tellClocks(deps);
  expect((await page('/requests?due=breached')).text).toMatch(/Late one[\s\S]*overdue by 1 hr/);
  expect((await page('/requests?due=none')).text).not.toContain('Late one');
  expect((await page('/requests/1')).text).toMatch(/First answer[\s\S]*overdue by 1 hr[\s\S]*Resolution/);
  const history = (await page('/requests/1/history')).text.replace(/\s+/g, ' ');
  expect(history).toMatch(/Overdue.*Due: <bdi>[^<T]* 17:00<\/bdi>.*Promise: <bdi>First answer<\/bdi>/);
  expect((await page('/keys')).text).toContain('what is due next');
  for (const path of ['/settings/clocks', '/settings/calendars']) expect((await page(path)).status).toBe(403);
});
