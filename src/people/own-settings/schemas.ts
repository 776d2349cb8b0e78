import { z } from '@hono/zod-openapi';
import { text } from '../../platform/http/schemas.ts';
import { operatorSchema, renderOperator } from '../operators/schemas.ts';
import { CHANNELS } from './notifications.ts';
import { AFTER_SEND, LANGUAGES, type OwnAccount, THEMES } from './own-settings.ts';

const SIGNATURE_LENGTH = 2000;
const VIEW_LENGTH = 2000;
const MAX_COLUMNS = 4;
const MAX_WAIT_MINUTES = 24 * 60;

const settings = {
  language: z.enum(LANGUAGES).nullable().openapi({ description: 'null: as the browser asks.' }),
  timeZone: text(100)
    .nullable()
    .openapi({ description: "An IANA name; null: the browser's.", example: 'Europe/Berlin' }),
  theme: z.enum(THEMES).openapi({ description: 'Defaults to `system`: as the browser asks.' }),
  singleKeys: z
    .boolean()
    .openapi({ description: 'Whether single keys without a modifier act. Defaults to true.' }),
  signature: text(SIGNATURE_LENGTH).openapi({
    description: "Plain text below each answer, above the mailbox's signature; empty for none.",
    example: 'Ann\nExample Support',
  }),
  afterSend: z.enum(AFTER_SEND).openapi({
    description: 'Where to go after sending an answer. Defaults to `stay`.',
  }),
  lastView: text(VIEW_LENGTH).nullable().openapi({
    description: 'The query string of the list shown last; null if none yet.',
    example: 'assignee=me&status=in_progress',
  }),
  listColumns: z
    .array(text(40, 1))
    .max(MAX_COLUMNS)
    .openapi({
      description:
        'The keys of the fields that lists show as columns of the console; one that is no field shows nothing.',
      example: ['environment'],
    }),
};

const channel = (description: string, byDefault: string) =>
  z.enum(CHANNELS).openapi({ description: `${description} Defaults to \`${byDefault}\`.` });

const notifications = {
  assigned: channel(
    'A request was assigned to you, and is still yours after the wait and not answered.',
    'mail',
  ),
  mentioned: channel('A note names you.', 'mail'),
  breached: channel(
    'A time promised for a request of yours or your team’s is over, or four fifths of it.',
    'mail',
  ),
  needsAttention: channel(
    'A request of yours or your team’s needs attention, or is handed up to you.',
    'mail',
  ),
  newInTeam: channel('A request was given to a team of yours, and is still nobody’s after the wait.', 'feed'),
  digest: channel('Once a week: what is yours, waits longest, is due next, or overdue.', 'off'),
  assignedAfterMinutes: z.int().min(0).max(MAX_WAIT_MINUTES).openapi({
    description:
      'The wait before an assignment is mailed: one taken back or answered meanwhile never is. Defaults to 12.',
  }),
  digestWeekday: z.int().min(1).max(7).openapi({ description: '1 is Monday. Defaults to 1.' }),
  digestHour: z.int().min(0).max(23).openapi({ description: 'In your time zone, or UTC. Defaults to 8.' }),
};

const told = {
  description:
    'What you are told of: by `mail` and in the feed of events, in the `feed` alone, or not at all (`off`).',
};

export const ownAccountSchema = z
  .object({ ...operatorSchema.shape, ...settings, notifications: z.object(notifications).openapi(told) })
  .openapi('OwnAccount');

export const ownChangesSchema = z
  .strictObject({ ...settings, notifications: z.strictObject(notifications).partial().openapi(told) })
  .partial()
  .openapi('OwnChanges');

/** The operator who asks as the interface shows them. */
export function renderOwnAccount(account: OwnAccount): z.infer<typeof ownAccountSchema> {
  const { language, timeZone, theme, singleKeys, signature, afterSend, lastView, listColumns } = account;
  return {
    ...renderOperator(account),
    language,
    timeZone,
    theme,
    singleKeys,
    signature,
    afterSend,
    lastView,
    listColumns: [...listColumns],
    notifications: account.notifications,
  };
}
