/** What a mailbox may let go of. */
export const RETENTION = { originalsDays: 30, attachmentsDays: 90, bodiesDays: null, requestsDays: null };

export const RULE = { name: 'VIP', actions: [{ type: 'priority', value: 'P1' }] };

/** A call of each operation on rules and on what goes that needs a body. */
export const RULE_CALLS = {
  'POST /v1/mailboxes/{id}/rules': () => ({
    body: { ...RULE, conditions: [{ field: 'sender', value: ['example.org'] }] },
  }),
  'POST /v1/mailboxes/{id}/rules/dry-run': () => ({
    body: { conditions: [{ field: 'header', name: 'Subject', value: [] }] },
  }),
  'PATCH /v1/mailboxes/{id}/rules/{ruleId}': () => ({ body: { name: 'Other' } }),
  'PUT /v1/mailboxes/{id}/retention': () => ({ body: RETENTION }),
  'POST /v1/mailboxes/{id}/retention/dry-run': () => ({ body: RETENTION }),
};
