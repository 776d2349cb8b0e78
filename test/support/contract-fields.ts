import type { Db } from '../../src/platform/db/connect.ts';

const FIELD = { key: 'cost', name: 'Cost', kind: 'number' };

/** A field of the desk and one of a mailbox, whose value a request has. */
export async function contractFields(
  db: Db,
  send: (path: string, body: unknown) => Promise<{ readonly id: number }>,
  { mailboxId, request }: { readonly mailboxId: number; readonly request: number },
) {
  const free = await send('/v1/fields', { key: 'service', name: 'Service', kind: 'text' });
  const used = await send(`/v1/mailboxes/${mailboxId}/fields`, {
    key: 'environment',
    name: 'Environment',
    kind: 'one_of',
    options: ['production', 'test'],
  });
  await db`update requests set fields = '{"environment": "test"}' where id = ${request}`;
  return { fieldId: free.id, usedFieldId: used.id };
}

type Made = Awaited<ReturnType<typeof contractFields>> & { readonly mailboxId: number };

/** A call of each operation that does its work. */
export const FIELD_CALLS = {
  'GET /v1/fields/{id}': ({ fieldId }: Made) => ({ id: fieldId }),
  'POST /v1/fields': () => ({ body: FIELD }),
  'PATCH /v1/fields/{id}': ({ usedFieldId }: Made) => ({
    id: usedFieldId,
    body: { options: ['production', 'staging'], replace: { test: 'staging' } },
  }),
  'DELETE /v1/fields/{id}': ({ fieldId }: Made) => ({ id: fieldId }),
  'GET /v1/mailboxes/{id}/fields': ({ mailboxId }: Made) => ({ id: mailboxId }),
  'POST /v1/mailboxes/{id}/fields': ({ mailboxId }: Made) => ({ id: mailboxId, body: FIELD }),
};

/** A call of each that its state refuses. */
export const FIELD_REFUSALS = {
  'POST /v1/fields': () => ({ 409: { body: { ...FIELD, key: 'environment' } } }),
  'POST /v1/mailboxes/{id}/fields': ({ mailboxId }: Made) => ({
    409: { id: mailboxId, body: { ...FIELD, key: 'service' } },
  }),
  'PATCH /v1/fields/{id}': ({ usedFieldId }: Made) => ({
    409: { id: usedFieldId, body: { options: ['production'] } },
  }),
  'DELETE /v1/fields/{id}': ({ usedFieldId }: Made) => ({ 409: { id: usedFieldId } }),
};
