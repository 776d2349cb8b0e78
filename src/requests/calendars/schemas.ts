import { z } from '@hono/zod-openapi';
import { dayOf, id, listOf, pageQuery, text, time, written } from '../../platform/http/schemas.ts';
import { sortParameter, totalParameter } from '../../platform/lists/sort-parameter.ts';
import { type Calendar, MAX_HOLIDAYS } from './calendar.ts';
import { CALENDAR_SORTS } from './calendar-sorts.ts';

const MAX_HOURS = 50;

const timeOfDay = (example: string) =>
  z
    .string()
    .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be a time of day such as 09:30')
    .openapi({ example });

const fields = {
  name: written(100).openapi({ example: 'Office hours' }),
  timeZone: text(100, 1).openapi({ description: 'An IANA name.', example: 'Europe/Berlin' }),
  hours: z
    .array(
      z.strictObject({
        weekday: z.int().min(1).max(7).openapi({ description: '1 is Monday.', example: 1 }),
        from: timeOfDay('09:00'),
        to: timeOfDay('17:00'),
      }),
    )
    .min(1)
    .max(MAX_HOURS)
    .openapi({ description: 'As a clock on a wall of the time zone shows them.' }),
  holidays: z
    .array(
      z.strictObject({
        date: dayOf('2026-12-25'),
        name: text(200).openapi({ example: 'Christmas' }),
      }),
    )
    .max(MAX_HOLIDAYS)
    .openapi({ description: 'Days on which time does not count.' }),
};

export const calendarSchema = z
  .object({ id, ...fields, createdAt: time, updatedAt: time })
  .openapi('Calendar');

export const calendarListSchema = listOf(calendarSchema).openapi('CalendarList');

export const calendarListQuery = z.strictObject({
  ...pageQuery,
  sort: sortParameter(CALENDAR_SORTS, 'name'),
  total: totalParameter,
});

export const newCalendarSchema = z
  .strictObject({ ...fields, holidays: fields.holidays.optional() })
  .openapi('NewCalendar');

export const calendarChangesSchema = z
  .strictObject({
    name: fields.name.optional(),
    timeZone: fields.timeZone.optional(),
    hours: fields.hours.optional(),
    holidays: fields.holidays.optional(),
  })
  .openapi('CalendarChanges');

export const holidayFileSchema = z
  .strictObject({
    ics: text(1_000_000, 1).openapi({
      description: 'An iCalendar file (RFC 5545). Its all-day events are holidays; others are left out.',
      example:
        'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Christmas\r\nDTSTART;VALUE=DATE:20261225\r\nEND:VEVENT\r\nEND:VCALENDAR',
    }),
  })
  .openapi('HolidayFile');

/** A calendar as the interface shows one. */
export function renderCalendar(calendar: Calendar): z.infer<typeof calendarSchema> {
  return {
    id: calendar.id,
    name: calendar.name,
    timeZone: calendar.timeZone,
    hours: [...calendar.hours],
    holidays: [...calendar.holidays],
    createdAt: calendar.createdAt.toISOString(),
    updatedAt: calendar.updatedAt.toISOString(),
  };
}
