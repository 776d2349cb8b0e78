import { listSorts, type Sort, sortField } from '../../platform/lists/list-sort.ts';

/** Every scalar field of a listed token. */
export const TOKEN_SORTS = listSorts(
  {
    id: sortField('integer', (db) => db`t.id`),
    operatorId: sortField('integer', (db) => db`t.operator_id`),
    name: sortField('text', (db) => db`t.name`),
    createdAt: sortField('time', (db) => db`t.created_at`),
    lastUsedAt: sortField('time', (db) => db`t.last_used_at`, true),
    revokedAt: sortField('time', (db) => db`t.revoked_at`, true),
    scope: sortField('text', (db) => db`t.scope`),
    expiresAt: sortField('time', (db) => db`t.expires_at`, true),
  },
  (db) => db`t.id`,
);

export type TokenSort = Sort<(typeof TOKEN_SORTS.names)[number]>['field'];
