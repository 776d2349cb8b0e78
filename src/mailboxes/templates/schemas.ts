import { z } from '@hono/zod-openapi';
import { idParameter, listOf, text, time } from '../../platform/http/schemas.ts';
import { NOTICE_KINDS } from '../mailbox.ts';
import { LANGUAGES } from '../../mail/language.ts';
import type { TemplateView } from './list-templates.ts';

const kind = z.enum(NOTICE_KINDS).openapi({
  description: 'created: a request was opened; taken: an operator took it; closed: it was closed.',
});
const language = z.enum(LANGUAGES).openapi({ description: 'The language of the contacts who get it.' });

const words = {
  text: text(20_000, 1)
    .refine((value) => value.trim() !== '', 'must not be blank')
    .openapi({ example: 'Hello {{ contact.name }},\n\nWe have received your message {{ request.id }}.\n' }),
  html: text(50_000, 1).nullable().optional().openapi({
    description: 'Made from the text when absent or null. Values are escaped, the result is sanitised.',
  }),
};

export const templatePath = z.object({
  id: idParameter.openapi({ param: { name: 'id', in: 'path' } }),
  kind: kind.openapi({ param: { name: 'kind', in: 'path' } }),
  language: language.openapi({ param: { name: 'language', in: 'path' } }),
});

export const templateSchema = z
  .object({
    kind,
    language,
    text: z.string().openapi({ description: 'Liquid.' }),
    html: z.string().nullable().openapi({ description: 'Liquid; null: made from the text.' }),
    enabled: z.boolean().openapi({
      description:
        "Whether it is sent in this language; the mailbox's `notices` switch a kind off altogether.",
    }),
    shipped: z.boolean().openapi({ description: 'It is the default text.' }),
    updatedAt: time.nullable(),
  })
  .openapi('Template');

export const templateListSchema = listOf(templateSchema)
  .extend({
    variables: z
      .array(
        z.object({
          name: z.string().openapi({ example: 'contact.name' }),
          description: z.string().openapi({ example: 'empty when no email gave one' }),
        }),
      )
      .openapi({
        description:
          'The variables a template may use; `fields.` and its key for each field that is shown to contacts.',
      }),
  })
  .openapi('TemplateList');

export const newTemplateSchema = z
  .strictObject({
    ...words,
    enabled: z.boolean().optional().openapi({ default: true, description: 'Whether it is sent.' }),
  })
  .openapi('NewTemplate');

export const previewSchema = z
  .strictObject({ text: words.text.optional(), html: words.html })
  .refine((value) => value.text !== undefined || (value.html ?? null) === null, {
    path: ['text'],
    message: 'is required with html',
  })
  .openapi('TemplateWords');

export const renderedSchema = z
  .object({
    subject: z.string().openapi({ example: 'Re: The printer is on fire' }),
    text: z.string().openapi({ description: 'As it would be mailed.' }),
    html: z.string().openapi({ description: 'As it would be mailed.' }),
  })
  .openapi('RenderedTemplate');

/** A template as the interface shows one. */
export function renderTemplateView(template: TemplateView): z.infer<typeof templateSchema> {
  return {
    kind: template.kind,
    language: template.language,
    text: template.text,
    html: template.html,
    enabled: template.enabled,
    shipped: template.shipped,
    updatedAt: template.updatedAt?.toISOString() ?? null,
  };
}
