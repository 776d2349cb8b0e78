type Writers = {
  readonly room: string;
  /** Single files of other rooms. */
  readonly also?: readonly string[];
};

/** Merging and erasing touch every table by their nature. */
const MERGING = 'requests/merging/move-queries.ts';
const ERASING = 'requests/privacy/queries.ts';

/** What intake and the outbox write while a contact or a request is locked goes in one round trip, in these statements. */
const CLAIMING = 'intake/filing/queries.ts';
const FILING = 'intake/filing/filing-queries.ts';
const QUEUEING = 'outbox/deliveries/queue-mail.ts';
const CORRECTING = 'outbox/deliveries/queries.ts';
const RECORDING = 'outbox/sent/record-sent.ts';

/** What the virus scanner made of a file, wherever it lies. */
const SCANNING = 'platform/scanning/scan-queries.ts';

/** The weeks behind the demo's desk: no verb is called in the past. */
const DEMO = 'apps/demo/past-queries.ts';

/**
 * Which room writes which table, and which single files of others do. A room that needs a row of another's changed calls its
 * verb; a lower room cannot, so that the outbox has one file for all that it writes of a request.
 */
export const WRITERS: Readonly<Record<string, Writers>> = {
  operators: { room: 'people' },
  operator_settings: { room: 'people' },
  operator_notifications: { room: 'people', also: ['requests/telling/digest-queries.ts'] },
  tellings: { room: 'requests' },
  teams: { room: 'people' },
  team_members: { room: 'people' },
  escalations: { room: 'requests' },
  tokens: { room: 'people' },
  sign_in_links: { room: 'people', also: [ERASING] },
  sign_in_errands: { room: 'apps' },
  requester_sessions: { room: 'people', also: [ERASING] },
  requester_keys: { room: 'intake', also: [ERASING] },
  idempotency_keys: { room: 'platform' },
  bucket_files: { room: 'platform' },
  files_place: { room: 'platform' },
  scan_marks: { room: 'platform' },
  contacts: { room: 'people', also: [CLAIMING, ERASING, DEMO] },
  contact_settings: { room: 'people' },
  mailboxes: { room: 'mailboxes' },
  relay_secrets: { room: 'mailboxes' },
  templates: { room: 'mailboxes' },
  mailbox_transports: { room: 'outbox' },
  requests: { room: 'requests', also: ['outbox/request-row.ts', DEMO] },
  participants: { room: 'requests', also: [FILING, CORRECTING] },
  messages: { room: 'requests', also: [FILING, QUEUEING, RECORDING, CORRECTING, DEMO] },
  attachments: { room: 'requests', also: [FILING, QUEUEING, SCANNING] },
  drafts: { room: 'requests' },
  draft_files: { room: 'requests' },
  report_requests: { room: 'requests' },
  report_reopenings: { room: 'requests' },
  read_marks: { room: 'requests' },
  field_values: { room: 'requests' },
  rule_hits: { room: 'requests' },
  presence: { room: 'requests' },
  views: { room: 'requests' },
  calendars: { room: 'requests' },
  calendar_spans: { room: 'requests' },
  policies: { room: 'requests' },
  fields: { room: 'requests' },
  canned_replies: { room: 'requests' },
  search_entries: { room: 'requests' },
  merges: { room: 'requests' },
  merged_messages: { room: 'requests' },
  events: { room: 'people', also: [FILING, MERGING, ERASING, DEMO] },
  intake: { room: 'intake', also: [MERGING, ERASING, SCANNING] },
  form_posts: { room: 'intake', also: [ERASING] },
  rules: { room: 'intake' },
  rule_runs: { room: 'intake' },
  relay_watches: { room: 'intake' },
  google_access: { room: 'intake' },
  microsoft_access: { room: 'intake' },
  microsoft_folders: { room: 'intake' },
  microsoft_grants: { room: 'intake' },
  microsoft_slots: { room: 'intake' },
  microsoft_sign_ins: { room: 'intake' },
  microsoft_subscriptions: { room: 'intake' },
  microsoft_parked: { room: 'intake' },
  deliveries: { room: 'outbox', also: [MERGING] },
  delivery_recipients: { room: 'outbox', also: [ERASING] },
  delivery_attempts: { room: 'outbox', also: [ERASING] },
  retentions: { room: 'requests' },
  retention_steps: { room: 'requests' },
  desk_mails: { room: 'outbox' },
  rating_links: { room: 'outbox' },
  notices_to_new: { room: 'outbox' },
  sending_pauses: { room: 'outbox' },
  service_troubles: { room: 'outbox' },
  webhooks: { room: 'integrations' },
  webhook_secrets: { room: 'integrations' },
  webhook_posts: { room: 'integrations' },
  webhook_attempts: { room: 'integrations' },
  jira_grants: { room: 'integrations' },
  jira_connections: { room: 'integrations' },
  jira_consents: { room: 'integrations' },
  jira_grant_events: { room: 'integrations' },
  jira_mappings: { room: 'integrations' },
  jira_issues: { room: 'integrations' },
  jira_links: { room: 'integrations' },
  jira_changes: { room: 'integrations' },
  jira_heard: { room: 'integrations' },
  jira_hooks: { room: 'integrations' },
  suppressed_addresses: { room: 'people', also: ['outbox/sending/attempt-queries.ts', ERASING] },
};
