/**
 * Which rooms may write which table. A room that needs a row of another's changed calls its verb; the exceptions are the
 * statements that save a round trip under a lock (intake's claim and filing, the outbox's queueing) and what touches every
 * table by its nature (merging and erasing, in requests).
 */
export const WRITERS: Readonly<Record<string, readonly string[]>> = {
  operators: ['people'],
  tokens: ['people'],
  sign_in_links: ['apps'],
  idempotency_keys: ['platform'],
  contacts: ['people', 'intake', 'requests'],
  contact_settings: ['people', 'intake', 'requests'],
  mailboxes: ['mailboxes'],
  relay_secrets: ['mailboxes'],
  templates: ['mailboxes'],
  mailbox_transports: ['outbox'],
  requests: ['requests', 'intake', 'outbox'],
  participants: ['requests', 'intake', 'outbox'],
  messages: ['requests', 'intake', 'outbox'],
  attachments: ['requests', 'intake', 'outbox'],
  merges: ['requests'],
  merged_messages: ['requests'],
  events: ['people', 'intake', 'requests'],
  intake: ['intake', 'requests'],
  relay_watches: ['intake'],
  google_access: ['intake'],
  deliveries: ['outbox', 'requests'],
  delivery_recipients: ['outbox', 'requests'],
  delivery_attempts: ['outbox', 'requests'],
  desk_mails: ['outbox'],
  sending_pauses: ['outbox'],
  notices_to_new: ['outbox'],
  suppressed_addresses: ['outbox', 'people', 'requests'],
};
