import { z } from '@hono/zod-openapi';
import { id, text, written } from '../../platform/http/schemas.ts';
import { fieldValue } from '../../requests/fields/schemas.ts';
import { PRIORITIES } from '../../requests/request.ts';
import { CLASSES, SPOKEN } from './rule.ts';

const not = z
  .boolean()
  .optional()
  .openapi({ default: false, description: 'Holds when it otherwise would not.' });
const alternatives = (description: string, example: string) =>
  z
    .array(text(200, 1))
    .min(1)
    .max(50)
    .openapi({ description, example: [example] });

const asks = <Field extends string, Shape extends z.ZodRawShape>(field: Field, shape: Shape) =>
  z.strictObject({ field: z.literal(field), ...shape, not });
const does = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.strictObject({ type: z.literal(type), ...shape });

/** One of a rule's conditions. */
export const condition = z
  .discriminatedUnion('field', [
    asks('sender', {
      value: alternatives('Addresses, domains with their subdomains, or either with `*`.', 'example.com'),
    }),
    asks('recipient', {
      value: alternatives('Of To or Cc: addresses, domains, or either with `*`.', 'sales@example.com'),
    }),
    asks('subject', {
      value: alternatives(
        'Any of these texts, whatever their case; `*` stands for anything between.',
        'invoice',
      ),
    }),
    asks('words', {
      value: alternatives(
        'In the subject or the text without what it quotes; whole words, `refund*` also `refunded`.',
        'refund*',
      ),
    }),
    asks('header', {
      name: text(100, 1)
        .regex(/^[\x21-\x39\x3b-\x7e]+$/, 'must be the name of a header')
        .openapi({ example: 'X-Priority' }),
      value: z
        .array(text(200, 1))
        .max(50)
        .openapi({
          description: 'Any of these texts in it; empty: it is enough that it is there.',
          example: ['1'],
        }),
    }),
    asks('language', {
      value: z
        .array(z.enum(SPOKEN))
        .min(1)
        .max(3)
        .openapi({ description: 'other: none of these, or not known.' }),
    }),
    asks('class', {
      value: z.array(z.enum(CLASSES)).min(1).max(CLASSES.length).openapi({
        description:
          'What kind it is. A rule that does not ask this leaves automatic replies, bounces and receipts alone.',
      }),
    }),
    asks('attachment', { value: z.boolean().openapi({ description: 'Whether a file is attached.' }) }),
    asks('request', {
      value: z.enum(['new', 'joined']).openapi({ description: 'Whether it opens a request or joins one.' }),
    }),
  ])
  .openapi('RuleCondition');

/** One of a rule's actions. */
export const action = z
  .discriminatedUnion('type', [
    does('priority', { value: z.enum(PRIORITIES) }),
    does('tags', {
      value: z.array(text(100, 1)).min(1).max(20).openapi({ description: 'Added to those it has.' }),
    }),
    does('category', { value: text(100, 1) }),
    does('field', {
      key: text(40, 1).openapi({
        description: 'Of a field of the mailbox or the desk; one action for each field.',
        example: 'environment',
      }),
      value: fieldValue.openapi({ description: 'As in a change of the request.', example: 'production' }),
    }),
    does('assign', { value: id.openapi({ description: 'An operator, unless somebody has the request.' }) }),
    does('team', { value: id.openapi({ description: 'A team, unless the request is with one.' }) }),
    does('note', { value: written(20_000).openapi({ description: 'Only operators see it.' }) }),
    does('answer', {
      value: id.openapi({
        description:
          'A canned reply of the mailbox or the desk, whose text goes to the contact as an automatic answer: in place of the ' +
          'created notice, once a request, to people whose address is genuine, and within the caps on notices.',
      }),
    }),
    does('close', {}).openapi({
      description: 'For email without a notice; by time with the closing notice.',
    }),
    does('jira', {}).openapi({
      description: 'It becomes a Jira issue by the mapping of the mailbox; without one nothing happens.',
    }),
    does('tell', {}).openapi({
      description:
        'By time: the assignee is told, by email or in the feed as they have it for what needs attention.',
    }),
  ])
  .openapi('RuleAction');
