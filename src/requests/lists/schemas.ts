import { z } from '@hono/zod-openapi';
import {
  idParameter,
  listOf,
  pageQuery,
  repeatable,
  text,
  timeParameter,
} from '../../platform/http/schemas.ts';
import { sortParameter, totalParameter } from '../../platform/lists/sort-parameter.ts';
import { searchParameter } from '../../platform/lists/search-parameter.ts';
import { REQUEST_SORTS } from './request-sorts.ts';
import { priority, requestSchema, status } from '../request/schemas.ts';

export const requestListSchema = listOf(requestSchema).openapi('RequestList');

export const requestListQuery = z.strictObject({
  ...pageQuery,
  status: repeatable(status).openapi({ description: 'Any of these; open means anything but closed.' }),
  assignee: z
    .union([z.enum(['me', 'none']), idParameter], { error: 'must be me, none or an operator id' })
    .optional()
    .openapi({ type: 'string', description: '`me`, `none` or an operator id.', example: 'me' }),
  mailboxId: repeatable(idParameter).openapi({ description: 'In any of these mailboxes.' }),
  contactId: repeatable(idParameter).openapi({ description: 'Of any of these contacts.' }),
  tag: repeatable(text(100, 1)).openapi({ description: 'With any of these tags.', example: ['vip'] }),
  priority: repeatable(priority).openapi({ description: 'Of any of these priorities.' }),
  category: repeatable(text(100, 1)).openapi({
    description: 'In any of these categories.',
    example: ['billing'],
  }),
  q: searchParameter(
    'Words in subjects, mails, notes, names, addresses and names of attachments, in any language; all of them must be ' +
      'found, the last one may be a beginning. `"exact phrase"`, `from:` somebody, `#1042`.',
    'from:carla "on fire" print',
  ),
  createdFrom: timeParameter.optional().openapi({ description: 'Inclusive.' }),
  createdTo: timeParameter.optional().openapi({ description: 'Exclusive.' }),
  updatedFrom: timeParameter.optional().openapi({ description: 'Inclusive.' }),
  updatedTo: timeParameter.optional().openapi({ description: 'Exclusive.' }),
  sort: sortParameter(REQUEST_SORTS, '-lastMessageAt'),
  total: totalParameter,
});
