import { z } from '@hono/zod-openapi';
import { text, time, timeParameter } from '../../platform/http/schemas.ts';
import type { SignIn } from './delegated/find-sign-in.ts';
import type { MicrosoftConnection } from './access/find-connection.ts';
import { narrowingScript } from './access/narrowing-script.ts';
import { SENDS_BY } from './graph/endpoints.ts';

const HOW_ANSWERS_LEAVE =
  'How answers leave: `graph`, `smtp` (Microsoft’s SMTP server, with a token of the app) or `none` of these.';

const signInSchema = z
  .object({
    way: z.enum(['device', 'browser']),
    userCode: z.string().nullable().openapi({ description: 'What the person enters.' }),
    verificationUrl: z.string().nullable().openapi({ description: 'Where they enter it.' }),
    expiresAt: time,
    fault: z.string().nullable().openapi({ description: 'Why it came to nothing; null while it may still.' }),
  })
  .openapi('MicrosoftSignIn');

export const connectionSchema = z
  .object({
    connected: z.boolean().openapi({ description: 'False: everything else is null.' }),
    tenantId: z.string().nullable().openapi({ description: 'The tenant, by its id or a domain of it.' }),
    clientId: z.string().nullable().openapi({ description: "The app's application (client) id." }),
    kind: z
      .enum(['secret', 'certificate', 'delegated'])
      .nullable()
      .openapi({ description: '`delegated`: in the name of a person who signed in.' }),
    secretEndsAt: time.nullable().openapi({ description: 'When the secret or certificate ends, as given.' }),
    signInEndsAt: time.nullable().openapi({
      description: 'When the sign-in of a person ends if nobody uses it; each refresh puts it off.',
    }),
    toldUntil: time.nullable().openapi({
      description:
        'Until when Microsoft tells of new mail at once, which it is asked to anew in time; null: it is looked for every minute.',
    }),
    readsJunk: z.boolean().nullable().openapi({ description: 'The Junk Email folder is fetched too.' }),
    sends: z.enum(SENDS_BY).nullable().openapi({ description: HOW_ANSWERS_LEAVE }),
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
    signIn: signInSchema
      .nullable()
      .openapi({ description: 'A sign-in that was begun and not finished; null without one.' }),
  })
  .openapi('MicrosoftConnection');

const appFields = {
  clientId: text(100, 1).openapi({ example: '6731de76-14a6-49ae-97bc-6eba6914391e' }),
  secretEndsAt: timeParameter
    .nullable()
    .optional()
    .openapi({ description: 'The admins are told 30, 7 and 1 days before.' }),
  readsJunk: z.boolean().optional().openapi({ description: 'Defaults to false.' }),
  sends: z
    .enum(SENDS_BY)
    .optional()
    .openapi({
      description: `${HOW_ANSWERS_LEAVE} Defaults to graph; a mailbox with an SMTP account of its own keeps that.`,
    }),
};

export const newSignInSchema = z
  .strictObject({
    way: z.enum(['device', 'browser']).openapi({
      description: '`device`: a code that a person enters on any device. `browser`: in the console.',
    }),
    tenantId: text(255, 1).openapi({
      description: 'A tenant, or `common`, `organizations` or `consumers`.',
      example: 'contoso.onmicrosoft.com',
    }),
    secret: text(1000, 1)
      .optional()
      .openapi({ description: 'Of an app that has one. Stored encrypted, never shown.' }),
    ...appFields,
  })
  .openapi('NewMicrosoftSignIn');

export const newConnectionSchema = z
  .strictObject({
    tenantId: text(255, 1).openapi({ example: 'contoso.onmicrosoft.com' }),
    secret: text(1000, 1).optional().openapi({ description: 'Stored encrypted, never shown.' }),
    certificate: text(20_000, 1)
      .optional()
      .openapi({ description: 'In place of a secret: a certificate and its private key, both in PEM.' }),
    ...appFields,
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
  signIn: SignIn | null,
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
    signInEndsAt: asText(found?.signInEndsAt),
    toldUntil: asText(found?.toldUntil),
    readsJunk: found?.readsJunk ?? null,
    sends: found?.sends ?? null,
    connectedAt: asText(found?.connectedAt),
    lookedAt: asText(found?.lookedAt),
    lagSeconds:
      lookedAt === null ? null : Math.max(0, Math.round((now.getTime() - lookedAt.getTime()) / 1000)),
    fault: found?.fault ?? null,
    refusedSince: asText(found?.refusedSince),
    refusal: found?.refusal ?? null,
    script: found === null || found.kind === 'delegated' ? null : narrowingScript(found),
    signIn: signIn === null ? null : { ...signIn, expiresAt: signIn.expiresAt.toISOString() },
  };
}
