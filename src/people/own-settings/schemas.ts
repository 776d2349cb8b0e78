import { z } from '@hono/zod-openapi';
import { text } from '../../platform/http/schemas.ts';
import { operatorSchema, renderOperator } from '../operators/schemas.ts';
import { AFTER_SEND, LANGUAGES, type OwnAccount, THEMES } from './own-settings.ts';

const SIGNATURE_LENGTH = 2000;
const VIEW_LENGTH = 2000;

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
};

export const ownAccountSchema = z.object({ ...operatorSchema.shape, ...settings }).openapi('OwnAccount');

export const ownChangesSchema = z.strictObject(settings).partial().openapi('OwnChanges');

/** The operator who asks as the interface shows them. */
export function renderOwnAccount(account: OwnAccount): z.infer<typeof ownAccountSchema> {
  const { language, timeZone, theme, singleKeys, signature, afterSend, lastView } = account;
  return {
    ...renderOperator(account),
    language,
    timeZone,
    theme,
    singleKeys,
    signature,
    afterSend,
    lastView,
  };
}
