const APP = { tenantId: 'contoso.example', clientId: '6731de76-14a6-49ae-97bc-6eba6914391e' };

/** Calls about a mailbox of Microsoft 365 that do their work. */
export const MICROSOFT_CALLS = {
  'POST /microsoft/notifications/{id}': () => ({ body: { value: [] } }),
  'PUT /v1/mailboxes/{id}/microsoft': () => ({ body: { ...APP, secret: 's' } }),
  'POST /v1/mailboxes/{id}/microsoft/check': () => ({ body: {} }),
  'POST /v1/mailboxes/{id}/microsoft/sign-in': () => ({ body: { way: 'browser', ...APP } }),
};

/** And those that are answered otherwise: Microsoft’s question, and a sign-in for which nobody answers here. */
export const MICROSOFT_REFUSALS = {
  'POST /microsoft/notifications/{id}': ({ mailboxId }: { readonly mailboxId: number }) => ({
    200: { id: mailboxId, query: '?validationToken=here' },
  }),
  'POST /v1/mailboxes/{id}/microsoft/sign-in': ({ mailboxId }: { readonly mailboxId: number }) => ({
    409: { id: mailboxId, body: { way: 'device', ...APP } },
  }),
};
