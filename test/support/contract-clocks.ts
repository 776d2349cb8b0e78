import type { Db } from '../../src/platform/db/connect.ts';

const PROMISE = { firstAnswerMinutes: 60, nextAnswerMinutes: 60, resolutionMinutes: 240 };

const HOLIDAYS = [
  'BEGIN:VCALENDAR',
  'BEGIN:VEVENT',
  'SUMMARY:Christmas',
  'DTSTART;VALUE=DATE:20261225',
  'END:VEVENT',
  'END:VCALENDAR',
].join('\r\n');

/** A calendar, one that a policy goes by, and a priority without a policy. */
export async function contractClocks(
  db: Db,
  send: (path: string, body: unknown) => Promise<{ readonly id: number }>,
) {
  const hours = [{ weekday: 1, from: '09:00', to: '17:00' }];
  const calendar = await send('/v1/calendars', { name: 'Office hours', timeZone: 'Europe/Berlin', hours });
  const used = await send('/v1/calendars', { name: 'Used', timeZone: 'UTC', hours });
  await db`update policies set calendar_id = ${used.id} where priority = 'P4'`;
  await db`delete from policies where priority = 'P2'`;
  return { calendarId: calendar.id, usedCalendarId: used.id };
}

type Made = Awaited<ReturnType<typeof contractClocks>> & { readonly mailboxId: number };

/** A call of each operation that does its work. */
export const CLOCK_CALLS = {
  'GET /v1/calendars/{id}': ({ calendarId }: Made) => ({ id: calendarId }),
  'POST /v1/calendars': () => ({
    body: { name: 'Night', timeZone: 'UTC', hours: [{ weekday: 7, from: '22:00', to: '24:00' }] },
  }),
  'PATCH /v1/calendars/{id}': ({ calendarId }: Made) => ({
    id: calendarId,
    body: { timeZone: 'Asia/Tokyo' },
  }),
  'POST /v1/calendars/{id}/holidays': ({ calendarId }: Made) => ({ id: calendarId, body: { ics: HOLIDAYS } }),
  'DELETE /v1/calendars/{id}': ({ calendarId }: Made) => ({ id: calendarId }),
  'GET /v1/policies/{id}': () => ({ id: 1 }),
  'POST /v1/policies': ({ mailboxId }: Made) => ({ body: { ...PROMISE, mailboxId, priority: 'P2' } }),
  'PATCH /v1/policies/{id}': () => ({ id: 1, body: { nextAnswerMinutes: null } }),
  'DELETE /v1/policies/{id}': () => ({ id: 1 }),
};

/** A call of each that its state refuses. */
export const CLOCK_REFUSALS = {
  'POST /v1/calendars': () => ({
    409: {
      body: { name: 'Used', timeZone: 'UTC', hours: [{ weekday: 7, from: '22:00', to: '24:00' }] },
    },
  }),
  'PATCH /v1/calendars/{id}': ({ calendarId }: Made) => ({ 409: { id: calendarId, body: { name: 'Used' } } }),
  'DELETE /v1/calendars/{id}': ({ usedCalendarId }: Made) => ({ 409: { id: usedCalendarId } }),
  'POST /v1/policies': ({ mailboxId }: Made) => ({
    409: { body: { ...PROMISE, mailboxId, priority: 'P1' } },
  }),
};
