import { z } from '@hono/zod-openapi';
import { id, listOf, time } from '../../platform/http/schemas.ts';
import type { SendingAccount } from './list-sending-accounts.ts';

const sendingAccountSchema = z
  .object({
    account: z.string().openapi({
      description: 'User name and host, no password.',
      example: 'support@example.com@smtp.gmail.com',
    }),
    mailboxIds: z.array(id).nullable().openapi({
      description:
        'The mailboxes that have this account; null if it sends for every mailbox without its own.',
    }),
    paused: z.enum(['daily_limit', 'provider_limit', 'unreachable']).nullable().openapi({
      description:
        "Why it sends nothing: the desk's own count reached its limit, the provider's limit, or it cannot be used. null: it sends.",
    }),
    since: time.nullable(),
    until: time.nullable().openapi({ description: 'When the next message is tried.' }),
    reply: z.string().nullable().openapi({ description: 'What the server said.' }),
    sentToday: z.int().openapi({ description: 'Recipients in the last 24 hours.' }),
    dailyLimit: z
      .int()
      .nullable()
      .openapi({ description: 'Recipients in 24 hours; null: only the provider limits.' }),
  })
  .openapi('SendingAccount');

export const sendingAccountListSchema = listOf(sendingAccountSchema).openapi('SendingAccountList');

/** An account as the interface shows one to an operator who sees these mailboxes and hears of no other. */
export function renderSendingAccount(
  account: SendingAccount,
  isSeen: (mailboxId: number) => boolean,
): z.infer<typeof sendingAccountSchema> {
  const { serves } = account;
  return {
    account: account.account,
    mailboxIds: 'only' in serves ? serves.only.filter(isSeen) : null,
    paused: account.paused,
    since: account.since?.toISOString() ?? null,
    until: account.until?.toISOString() ?? null,
    reply: account.reply,
    sentToday: account.sentToday,
    dailyLimit: account.dailyLimit,
  };
}
