import { z } from '@hono/zod-openapi';
import { text, time, timeParameter } from '../../platform/http/schemas.ts';
import type { MicrosoftConnection } from './access/find-connection.ts';
import { narrowingScript } from './access/narrowing-script.ts';

export const connectionSchema = z
  .object({
    connected: z.boolean().openapi({ description: 'False: everything else is null.' }),
    tenantId: z.string().nullable().openapi({ description: 'The tenant, by its id or a domain of it.' }),
    clientId: z.string().nullable().openapi({ description: "The app's application (client) id." }),
    kind: z.enum(['secret', 'certificate']).nullable(),
    secretEndsAt: time.nullable().openapi({ description: 'When the secret or certificate ends, as given.' }),
    readsJunk: z.boolean().nullable().openapi({ description: 'The Junk Email folder is fetched too.' }),
    sends: z.boolean().nullable().openapi({ description: 'Answers leave through Microsoft Graph.' }),
    connectedAt: time.nullable(),
    lookedAt: time.nullable().openapi({ description: 'When the folders were last read to their end.' }),
    lagSeconds: z.int().nullable().openapi({ description: 'How long ago that was.' }),
    fault: z.string().nullable().openapi({ description: 'What kept the last look from its end.' }),
    refusedSince: time
      .nullable()
      .openapi({ description: 'Since when Microsoft refuses the credentials; null while they hold.' }),
    refusal: z.string().nullable().openapi({ description: "Microsoft's own words on that." }),
    script: z
      .string()
      .nullable()
      .openapi({ description: 'Exchange Online PowerShell that narrows the app to this mailbox.' }),
  })
  .openapi('MicrosoftConnection');

export const newConnectionSchema = z
  .strictObject({
    tenantId: text(255, 1).openapi({ example: 'contoso.onmicrosoft.com' }),
    clientId: text(100, 1).openapi({ example: '6731de76-14a6-49ae-97bc-6eba6914391e' }),
    secret: text(1000, 1).optional().openapi({ description: 'Stored encrypted, never shown.' }),
    certificate: text(20_000, 1)
      .optional()
      .openapi({ description: 'In place of a secret: a certificate and its private key, both in PEM.' }),
    secretEndsAt: timeParameter
      .nullable()
      .optional()
      .openapi({ description: 'The admins are told 30, 7 and 1 days before.' }),
    readsJunk: z.boolean().optional().openapi({ description: 'Defaults to false.' }),
    sends: z
      .boolean()
      .optional()
      .openapi({ description: 'Defaults to true; a mailbox with an SMTP account of its own keeps that.' }),
  })
  .openapi('NewMicrosoftConnection');

export const checkSchema = z
  .object({
    ok: z.boolean().openapi({ description: 'Everything that was tried is as it has to be.' }),
    lines: z.array(z.string()).openapi({ description: 'What was tried and found, in plain words.' }),
  })
  .openapi('MicrosoftCheck');

/** A connection as the interface shows it, and what a mailbox without one looks like. */
export function renderConnection(
  found: MicrosoftConnection | null,
  now: Date,
): z.infer<typeof connectionSchema> {
  const asText = (date: Date | null | undefined): string | null => date?.toISOString() ?? null;
  const lookedAt = found?.lookedAt ?? null;
  return {
    connected: found !== null,
    tenantId: found?.tenantId ?? null,
    clientId: found?.clientId ?? null,
    kind: found?.kind ?? null,
    secretEndsAt: asText(found?.secretEndsAt),
    readsJunk: found?.readsJunk ?? null,
    sends: found?.sends ?? null,
    connectedAt: asText(found?.connectedAt),
    lookedAt: asText(found?.lookedAt),
    lagSeconds:
      lookedAt === null ? null : Math.max(0, Math.round((now.getTime() - lookedAt.getTime()) / 1000)),
    fault: found?.fault ?? null,
    refusedSince: asText(found?.refusedSince),
    refusal: found?.refusal ?? null,
    script: found === null ? null : narrowingScript(found),
  };
}
