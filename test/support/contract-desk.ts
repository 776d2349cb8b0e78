import { createHmac } from 'node:crypto';
import { afterAll } from 'vitest';
import { serveJira } from '../../src/apps/demo/jira/serve-jira.ts';
import { SIMULATED_APP } from '../../src/apps/demo/jira/sign-in.ts';
import { systemClock } from '../../src/platform/clock.ts';
import type { Db } from '../../src/platform/db/connect.ts';
import { createToken } from '../../src/people/credentials/create-token.ts';
import { START, type testApp, testPeople } from './app.ts';
import { RULE, RULE_CALLS } from './contract-rules.ts';
import { CLOCK_CALLS, CLOCK_REFUSALS, contractClocks } from './contract-clocks.ts';
import { REPORT_CALLS } from './contract-reports.ts';
import { contractFields, FIELD_CALLS, FIELD_REFUSALS } from './contract-fields.ts';
import { contractRequesters, REQUESTER_CALLS, REQUESTER_REFUSALS } from './contract-requesters.ts';
import { fileForm } from './file-form.ts';
import { contractTeams, TEAM_CALLS, TEAM_REFUSALS } from './contract-teams.ts';
import { MICROSOFT_CALLS, MICROSOFT_REFUSALS } from './contract-microsoft.ts';
import { insertContact, insertInbound, insertRequest } from './desk.ts';
import { DESK, SECRET, sign, testMailbox } from './intake.ts';

/** A Jira for the desk to be tied to; its hooks are the file's that imports this. */
export type ContractJira = Awaited<ReturnType<typeof servedJira>>;

/** A simulated Jira for the tests of the file that asks for it. */
export async function servedJira() {
  const served = await serveJira({ clock: systemClock });
  afterAll(() => served.close());
  return served;
}

/** Where nobody listens. */
const NOBODY = 'http://127.0.0.1:9/events';

export type ContractDesk = Awaited<ReturnType<typeof contractDesk>>;

/** A desk with one of everything, so that every operation has something to do its work on. */
export async function contractDesk(db: Db, { deps, call }: ReturnType<typeof testApp>, served: ContractJira) {
  const mailbox = await testMailbox(deps);
  const contactId = await insertContact(db, { email: 'maria@example.org', name: 'Maria' });
  const otherId = await insertContact(db, { email: 'otto@example.org', name: 'Otto' });
  const place = { mailboxId: mailbox.id, contactId };
  const { ada: admin, ann: agent, ida: idle } = await testPeople(deps, ['Ada', 'Ann', 'Ida']);
  await db`update operators set active = false where id = ${idle.id}`;
  const reading = { operatorId: admin.id, name: 'reports', scope: 'read' } as const;
  const reader = await createToken(deps, { kind: 'system' }, reading);
  const attachment = { name: 'a.txt', contentType: 'text/plain', content: Buffer.from('hello') };
  const open = await insertRequest(db, place);
  const first = await insertInbound(db, place, open, { attachment });
  await insertInbound(db, place, open);
  const taken = await insertRequest(db, place);
  await insertInbound(db, place, taken);
  const send = async (path: string, body: unknown = {}, token = admin.token) => {
    const response = await call('POST', path, { token, body });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} ${response.status} ${text}`);
    return JSON.parse(text) as { id: number; delivery: { id: number } | null };
  };
  await send(`/v1/requests/${taken}/take`);
  const queued = await send(`/v1/requests/${taken}/messages`, { text: 'One.' });
  const held = await send(`/v1/requests/${taken}/messages`, { text: 'Two.', holdSeconds: 600 });
  const failed = await send(`/v1/requests/${taken}/messages`, { text: 'Three.' });
  await db`update deliveries set state = 'failed', next_attempt_at = null where id = ${failed.delivery?.id ?? 0}`;
  await db`
    update delivery_recipients set state = 'refused', settled_at = ${START} where delivery_id = ${failed.delivery?.id ?? 0}`;
  const closed = await insertRequest(db, place);
  await send(`/v1/requests/${closed}/close`);
  const merged = await insertRequest(db, place);
  await insertInbound(db, place, merged);
  await send(`/v1/requests/${merged}/merge`, { into: taken });
  const sent = { mailboxId: mailbox.id, contactId: otherId };
  const sending = { requestId: await insertRequest(db, sent), contactId: sent.contactId };
  const { messageId, attachmentId } = await insertInbound(db, sent, sending.requestId, { attachment });
  await insertInbound(db, sent, sending.requestId);
  const leaving = await send(`/v1/requests/${sending.requestId}/messages`, { text: 'Four.' });
  await db`
    update deliveries
    set state = 'sending', next_attempt_at = null, lease_owner = gen_random_uuid(), lease_until = ${START},
      quoted_message_id = ${messageId}
    where id = ${leaving.delivery?.id ?? 0}`;
  await db`
    update delivery_recipients set address = 'otto@example.org' where delivery_id = ${leaving.delivery?.id ?? 0}`;
  const [intake, decided] = await db<{ id: number }[]>`
    insert into intake (mailbox_id, source_id, arrived_at, outcome, reason, raw, from_address, received_at)
    select ${mailbox.id}::bigint, outcome, ${START}, outcome, 'no_sender',
      ${Buffer.from('From: x@example.org\r\nSubject: x\r\n\r\nx\r\n')}, 'maria@example.org', ${START}
    from unnest(array['quarantined', 'discarded']) as outcome
    returning id`;
  await db`update intake set scan = 'held', scan_reason = 'found: Test' where id = ${decided?.id ?? 0}`;
  const form = fileForm('a.txt', 'hello');
  const uploaded = await call('POST', `/v1/requests/${open}/drafts/reply/files`, {
    token: agent.token,
    ...form,
  });
  await call('POST', `/v1/requests/${open}/drafts/reply/files`, { token: admin.token, ...form });
  const draft = (await uploaded.json()) as { id: number; files: { id: number }[] };
  const view = await send('/v1/views', { name: 'Mine', query: 'assignee=me', shared: true });
  await send('/v1/views', { name: 'Open', query: 'status=new', shared: true });
  const text = 'Dear {{ contact.name }}';
  const canned = await send('/v1/canned-replies', { scope: 'desk', name: 'Greeting', text });
  await send('/v1/canned-replies', { scope: 'own', name: 'Own', text });
  const clocks = await contractClocks(db, send);
  await send('/v1/mailboxes/1/rules', RULE);
  const webhook = await send('/v1/webhooks', { url: NOBODY, name: 'Ours', types: ['request.opened'] });
  const tried = await send('/v1/webhooks', { url: NOBODY });
  await send(`/v1/webhooks/${tried.id}/test`);
  await send(`/v1/webhooks/${tried.id}/test`);
  const jira = await contractJira(db, { ...deps, served }, send, { open, taken });
  return {
    ...place,
    ...jira,
    ...clocks,
    ...(await contractRequesters(db, place)),
    ...(await contractTeams(send, { members: [agent.id], taken })),
    ...(await contractFields(db, send, { mailboxId: place.mailboxId, request: taken })),
    webhookId: webhook.id,
    /** One that was tried twice. */
    triedWebhookId: tried.id,
    cannedReplyId: canned.id,
    viewId: view.id,
    /** Of the agent's draft. */
    draftFileId: draft.files[0]?.id ?? 0,
    admin,
    agent,
    /** An operator who is not active. */
    idleId: idle.id,
    readToken: reader.token,
    /** A request of which a mail is being sent: an answer, to its first mail. */
    sending: { ...sending, messageId, attachmentId, replyId: leaving.id },
    decidedIntakeId: decided?.id ?? 0,
    queuedMessage: queued.id,
    open,
    taken,
    closed,
    merged,
    ...first,
    queuedDelivery: queued.delivery?.id ?? 0,
    failedDelivery: failed.delivery?.id ?? 0,
    heldMessage: held.id,
    intakeId: intake?.id ?? 0,
  };
}

type Send = (path: string, body?: unknown) => Promise<{ readonly id: number }>;

/** Connections that work, by a token and by OAuth, and one that does not; requests that are tied to issues. */
async function contractJira(
  db: Db,
  { keyring, served }: ReturnType<typeof testApp>['deps'] & { readonly served: ContractJira },
  send: Send,
  { open, taken }: { readonly open: number; readonly taken: number },
) {
  const { jira, siteUrl, atlassian } = served;
  const { email, apiToken: token } = jira.bot;
  const byToken = { kind: 'api_token', name: 'Jira', siteUrl, email, token };
  const works = await send('/v1/connections', byToken);
  const dead = await send('/v1/connections', byToken);
  await db`update jira_connections set site_url = 'http://127.0.0.1:9' where id = ${dead.id}`;
  const { id: clientId, secret: clientSecret } = SIMULATED_APP;
  const app = await send('/v1/connections', { kind: 'oauth', name: 'App', siteUrl, clientId, clientSecret });
  const redirect = 'http://127.0.0.1/callback';
  const query = new URLSearchParams({
    redirect_uri: redirect,
    state: 's',
    scope: 'read:jira-work',
    decide: 'allow',
  });
  const back = await fetch(`${atlassian.authUrl}/authorize?${query.toString()}`, { redirect: 'manual' });
  const code = new URL(back.headers.get('location') ?? '').searchParams.get('code');
  const exchange = {
    grant_type: 'authorization_code',
    client_id: clientId,
    client_secret: clientSecret,
    code,
    redirect_uri: redirect,
  };
  const answer = await fetch(`${atlassian.authUrl}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(exchange),
  });
  const tokens = (await answer.json()) as { access_token: string; refresh_token: string };
  const credentials = {
    kind: 'oauth',
    clientId,
    clientSecret,
    tokens: { access: tokens.access_token, refresh: tokens.refresh_token },
  };
  await db`
    update jira_grants set state = 'active', sealed = ${keyring.seal(JSON.stringify(credentials))}
    where id = (select grant_id from jira_connections where id = ${app.id})`;
  const made = await fetch(`${siteUrl}/rest/api/3/issue`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${email}:${token}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ fields: { project: { key: 'DEV' }, issuetype: { id: '10001' }, summary: 'x' } }),
  });
  const { key: issueKey } = (await made.json()) as { key: string };
  const place = { connectionId: works.id, projectKey: 'DEV', issueTypeId: '10001' };
  const refused = await send(`/v1/requests/${open}/links`, place);
  await db`update jira_issues set state = 'refused' where id = 1`;
  const tied = await send(`/v1/requests/${taken}/links`, { connectionId: works.id, issueKey });
  const [row] = await db<
    { secret: string }[]
  >`select webhook_secret as secret from jira_connections where id = ${works.id}`;
  return {
    jiraPlace: place,
    jiraIssueKey: issueKey,
    jiraToken: token,
    jiraSecret: keyring.open(row?.secret ?? ''),
    jiraId: works.id,
    deadJiraId: dead.id,
    appJiraId: app.id,
    refusedLinkId: refused.id,
    tiedLinkId: tied.id,
  };
}

/** A hint as Jira signs it. */
function hint(secret: string): Pick<Good, 'body' | 'headers'> {
  const body = JSON.stringify({ timestamp: START.getTime() });
  return {
    body,
    headers: { 'x-hub-signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` },
  };
}

export type Good = {
  /** What stands for `{id}`; 1 unless told. */
  readonly id?: number | string;
  readonly others?: Readonly<Record<string, string | number>>;
  readonly query?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** A call of each operation that needs more than an id of 1 and no body, with which it succeeds. */
export const GOOD: Readonly<Record<string, (desk: ContractDesk) => Good>> = {
  'POST /jira/hooks/{id}': ({ jiraId, jiraSecret }) => ({ id: jiraId, ...hint(jiraSecret) }),
  'POST /v1/connections': () => ({
    body: {
      kind: 'oauth',
      name: 'New',
      siteUrl: 'https://example.atlassian.net',
      clientId: 'a',
      clientSecret: 'b',
    },
  }),
  'GET /v1/connections/{id}': ({ jiraId }) => ({ id: jiraId }),
  'DELETE /v1/connections/{id}': ({ jiraId }) => ({ id: jiraId }),
  'GET /v1/connections/{id}/authorize': ({ appJiraId }) => ({ id: appJiraId }),
  'GET /v1/connections/{id}/events': ({ jiraId }) => ({ id: jiraId }),
  'GET /v1/connections/{id}/projects': ({ jiraId }) => ({ id: jiraId }),
  'GET /v1/connections/{id}/boards': ({ jiraId }) => ({ id: jiraId }),
  'GET /v1/connections/{id}/issues': ({ jiraId }) => ({ id: jiraId, query: '?projectKey=DEV' }),
  'PUT /v1/connections/{id}/token': ({ jiraId, jiraToken }) => ({ id: jiraId, body: { token: jiraToken } }),
  'POST /v1/connections/{id}/refresh': ({ appJiraId }) => ({ id: appJiraId }),
  'PUT /v1/mailboxes/{id}/jira': ({ mailboxId, jiraPlace }) => ({ id: mailboxId, body: jiraPlace }),
  'POST /v1/requests/{id}/links': ({ taken, jiraPlace }) => ({ id: taken, body: jiraPlace }),
  'GET /v1/requests/{id}/links': ({ taken }) => ({ id: taken }),
  'DELETE /v1/requests/{id}/links/{linkId}': ({ open, refusedLinkId }) => ({
    id: open,
    others: { linkId: refusedLinkId },
  }),
  'POST /v1/requests/{id}/links/{linkId}/retry': ({ open, refusedLinkId }) => ({
    id: open,
    others: { linkId: refusedLinkId },
  }),
  'POST /v1/relay/{mailbox}': () => ({ others: { mailbox: DESK }, ...signed(HEARTBEAT) }),
  'POST /v1/sign-in': () => ({ body: { email: 'ann@desk.example.com' } }),
  'POST /v1/requests': ({ mailboxId }) => ({
    body: { mailboxId, contact: { email: 'new@example.org' }, subject: 'Call', text: 'As agreed.' },
  }),
  'PATCH /v1/requests/{id}': ({ open }) => ({
    id: open,
    body: { priority: 'P1', tags: ['a'], category: 'b' },
  }),
  'POST /v1/requests/{id}/messages': ({ taken }) => ({ id: taken, body: { text: 'Hello.' } }),
  'POST /v1/requests/{id}/notes': ({ open }) => ({ id: open, body: { text: 'Hello.' } }),
  'POST /v1/requests/{id}/assign': ({ open, agent }) => ({ id: open, body: { operatorId: agent.id } }),
  'POST /v1/requests/{id}/unassign': ({ taken }) => ({ id: taken }),
  'POST /v1/requests/{id}/pend': ({ taken }) => ({ id: taken }),
  'POST /v1/requests/{id}/resolve': ({ taken }) => ({ id: taken, body: { notes: 'Done.' } }),
  'POST /v1/requests/{id}/reopen': ({ closed }) => ({ id: closed }),
  'POST /v1/requests/{id}/merge': ({ open, taken }) => ({ id: open, body: { into: taken } }),
  'POST /v1/requests/{id}/unmerge': ({ merged }) => ({ id: merged }),
  'POST /v1/requests/{id}/split': ({ open, messageId }) => ({ id: open, body: { messageIds: [messageId] } }),
  'PATCH /v1/contacts/{id}': ({ contactId, mailboxId }) => ({
    id: contactId,
    body: { name: 'Mia', mailboxes: [{ mailboxId, language: 'ru' }] },
  }),
  'DELETE /v1/messages/{id}': ({ messageId }) => ({ id: messageId }),
  'PATCH /v1/messages/{id}': ({ heldMessage }) => ({ id: heldMessage, body: { text: 'Other.' } }),
  'POST /v1/messages/{id}/scan': ({ messageId }) => ({ id: messageId }),
  'POST /v1/messages/{id}/take-back': ({ heldMessage }) => ({ id: heldMessage }),
  'POST /v1/deliveries/{id}/retry': ({ failedDelivery }) => ({ id: failedDelivery }),
  'POST /v1/deliveries/{id}/cancel': ({ queuedDelivery }) => ({ id: queuedDelivery }),
  'POST /v1/mailboxes': () => ({ body: { address: 'sales@example.com', name: 'Sales' } }),
  'PATCH /v1/mailboxes/{id}': () => ({ body: { name: 'Other' } }),
  'PUT /v1/mailboxes/{id}/templates/{kind}/{language}': () => ({
    others: { kind: 'created', language: 'en' },
    body: { text: 'Hello.' },
  }),
  'DELETE /v1/mailboxes/{id}/templates/{kind}/{language}': () => ({
    others: { kind: 'created', language: 'en' },
  }),
  'POST /v1/mailboxes/{id}/templates/{kind}/{language}/preview': () => ({
    others: { kind: 'created', language: 'en' },
    body: { text: 'Hello.' },
  }),
  'PUT /v1/mailboxes/{id}/smtp': () => ({ body: { url: 'smtps://u:p@smtp.example.com' } }),
  ...MICROSOFT_CALLS,
  ...REQUESTER_CALLS,
  'GET /v1/requests/{id}/drafts/{kind}': ({ open }) => ({ id: open, others: { kind: 'reply' } }),
  'PUT /v1/requests/{id}/drafts/{kind}': ({ taken }) => ({
    id: taken,
    others: { kind: 'note' },
    body: { version: 0, text: 'Hello' },
  }),
  'DELETE /v1/requests/{id}/drafts/{kind}': ({ open }) => ({ id: open, others: { kind: 'reply' } }),
  'POST /v1/requests/{id}/drafts/{kind}/files': ({ taken }) => ({
    id: taken,
    others: { kind: 'reply' },
    ...fileForm('b.txt', 'hello'),
  }),
  'GET /v1/requests/{id}/drafts/{kind}/files/{fileId}': ({ open, draftFileId }) => ({
    id: open,
    others: { kind: 'reply', fileId: draftFileId + 1 },
  }),
  'DELETE /v1/requests/{id}/drafts/{kind}/files/{fileId}': ({ open, draftFileId }) => ({
    id: open,
    others: { kind: 'reply', fileId: draftFileId },
  }),
  'GET /v1/canned-replies/{id}': ({ cannedReplyId }) => ({ id: cannedReplyId }),
  'POST /v1/canned-replies': () => ({ body: { scope: 'own', name: 'New', text: 'Dear {{ name }}' } }),
  'PATCH /v1/canned-replies/{id}': ({ cannedReplyId }) => ({ id: cannedReplyId, body: { text: 'Hi.' } }),
  'DELETE /v1/canned-replies/{id}': ({ cannedReplyId }) => ({ id: cannedReplyId }),
  'POST /v1/canned-replies/preview': () => ({ body: { text: 'Dear {{ contact.name }}' } }),
  'POST /v1/canned-replies/{id}/render': ({ cannedReplyId, open }) => ({
    id: cannedReplyId,
    body: { requestId: open },
  }),
  'GET /v1/webhooks/{id}': ({ webhookId }) => ({ id: webhookId }),
  'GET /v1/webhooks/{id}/attempts': ({ triedWebhookId }) => ({ id: triedWebhookId }),
  'POST /v1/webhooks': () => ({ body: { url: 'https://example.com/events', name: 'New' } }),
  'PATCH /v1/webhooks/{id}': ({ webhookId }) => ({ id: webhookId, body: { name: 'Other' } }),
  'DELETE /v1/webhooks/{id}': ({ webhookId }) => ({ id: webhookId }),
  'POST /v1/webhooks/{id}/rotate-secret': ({ webhookId }) => ({ id: webhookId }),
  'POST /v1/webhooks/{id}/test': ({ webhookId }) => ({ id: webhookId }),
  'POST /v1/webhooks/{id}/replay': ({ webhookId }) => ({
    id: webhookId,
    body: { from: '2026-11-22T00:00:00Z', to: '2026-11-23T00:00:00Z' },
  }),
  'POST /v1/requests/bulk': ({ open, closed }) => ({ body: { verb: 'take', ids: [open, closed] } }),
  'POST /v1/presence': ({ open }) => ({ body: { requestId: open, state: 'looking' } }),
  ...REPORT_CALLS,
  'GET /v1/presence': ({ open }) => ({ query: `?requestId=${open}` }),
  ...CLOCK_CALLS,
  ...TEAM_CALLS,
  ...RULE_CALLS,
  ...FIELD_CALLS,
  'GET /v1/views/{id}': ({ viewId }) => ({ id: viewId }),
  'POST /v1/views': () => ({ body: { name: 'New', query: 'status=new&q=parcel' } }),
  'PATCH /v1/views/{id}': ({ viewId }) => ({ id: viewId, body: { name: 'Other' } }),
  'DELETE /v1/views/{id}': ({ viewId }) => ({ id: viewId }),
  'PATCH /v1/me': () => ({ body: { theme: 'dark', timeZone: 'Europe/Berlin' } }),
  'PUT /v1/requests/{id}/read-mark': ({ open }) => ({ id: open }),
  'DELETE /v1/requests/{id}/read-mark': ({ open }) => ({ id: open }),
  'PUT /v1/operators/{id}/signature': () => ({ body: { signature: 'Ada' } }),
  'GET /v1/intake/{id}/raw': ({ intakeId }) => ({ id: intakeId }),
  'GET /v1/intake/{id}': ({ intakeId }) => ({ id: intakeId }),
  'POST /v1/intake/{id}/discard': ({ intakeId }) => ({ id: intakeId }),
  'POST /v1/intake/{id}/release': ({ intakeId }) => ({ id: intakeId }),
  'POST /v1/operators': () => ({ body: { email: 'new@example.com', name: 'New', role: 'agent' } }),
  'PATCH /v1/operators/{id}': ({ agent }) => ({ id: agent.id, body: { name: 'Otto' } }),
  'DELETE /v1/operators/{id}': ({ agent }) => ({ id: agent.id }),
  'POST /v1/operators/{id}/tokens': ({ agent }) => ({ id: agent.id, body: { name: 'x', scope: 'read' } }),
  'DELETE /v1/operators/{id}/tokens/{tokenId}': ({ agent }) => ({
    id: agent.id,
    others: { tokenId: agent.tokenId },
  }),
};

/** Calls that are refused because of how things stand, by the status that they get. */
export const REFUSED: Readonly<Record<string, (desk: ContractDesk) => Readonly<Record<number, Good>>>> = {
  'POST /jira/hooks/{id}': ({ jiraId }) => ({ 401: { id: jiraId, ...hint('another') } }),
  'GET /v1/connections/{id}/projects': ({ deadJiraId }) => ({ 502: { id: deadJiraId } }),
  'GET /v1/connections/{id}/boards': ({ deadJiraId }) => ({ 502: { id: deadJiraId } }),
  'GET /v1/connections/{id}/issues': ({ deadJiraId }) => ({
    502: { id: deadJiraId, query: '?projectKey=DEV' },
  }),
  'PUT /v1/connections/{id}/token': ({ appJiraId }) => ({ 409: { id: appJiraId, body: { token: 'x' } } }),
  'POST /v1/connections/{id}/refresh': ({ jiraId }) => ({ 409: { id: jiraId } }),
  ...MICROSOFT_REFUSALS,
  'PUT /v1/mailboxes/{id}/jira': ({ mailboxId, jiraPlace, deadJiraId }) => ({
    502: { id: mailboxId, body: { ...jiraPlace, connectionId: deadJiraId } },
  }),
  'POST /v1/requests/{id}/links': ({ taken, jiraId, jiraIssueKey }) => ({
    409: { id: taken, body: { connectionId: jiraId, issueKey: jiraIssueKey } },
    502: { id: taken, body: { connectionId: jiraId, issueKey: 'DEV-99999' } },
  }),
  'POST /v1/requests/{id}/links/{linkId}/retry': ({ taken, tiedLinkId }) => ({
    409: { id: taken, others: { linkId: tiedLinkId } },
  }),
  'POST /v1/relay/{mailbox}': () => {
    const others = { mailbox: DESK };
    const fit = signed(HEARTBEAT);
    return {
      400: { others, ...signed('{}') },
      401: { others, ...fit, body: '{}' },
      404: { ...fit, others: { mailbox: 'nobody@example.com' } },
      413: { others, ...fit, headers: { ...fit.headers, 'content-length': '99999999' } },
      415: { others, ...fit, headers: { ...fit.headers, 'content-type': 'text/plain' } },
    };
  },
  'PATCH /v1/requests/{id}': ({ closed }) => ({ 409: { id: closed, body: { priority: 'P1' } } }),
  'DELETE /v1/requests/{id}': ({ sending }) => ({ 409: { id: sending.requestId } }),
  'POST /v1/requests/{id}/take': ({ closed }) => ({ 409: { id: closed } }),
  'POST /v1/requests/{id}/assign': ({ closed, admin }) => ({
    409: { id: closed, body: { operatorId: admin.id } },
  }),
  'POST /v1/requests/{id}/unassign': ({ closed }) => ({ 409: { id: closed } }),
  'POST /v1/requests/{id}/pend': ({ closed }) => ({ 409: { id: closed } }),
  'POST /v1/requests/{id}/resolve': ({ closed }) => ({ 409: { id: closed, body: { notes: 'Done.' } } }),
  'POST /v1/requests/{id}/close': ({ closed }) => ({ 409: { id: closed } }),
  'POST /v1/requests/{id}/reopen': ({ merged }) => ({ 409: { id: merged } }),
  'POST /v1/requests/{id}/merge': ({ open, closed }) => ({ 409: { id: open, body: { into: closed } } }),
  'POST /v1/requests/{id}/unmerge': ({ open }) => ({ 409: { id: open } }),
  'POST /v1/requests/{id}/split': ({ sending: { requestId, messageId, replyId } }) => ({
    409: { id: requestId, body: { messageIds: [messageId, replyId] } },
  }),
  'POST /v1/requests/{id}/messages': ({ closed }) => ({ 409: { id: closed, body: { text: 'Hello.' } } }),
  'POST /v1/requests/{id}/notes': ({ merged }) => ({ 409: { id: merged, body: { text: 'Hello.' } } }),
  'PUT /v1/requests/{id}/drafts/{kind}': ({ open }) => ({
    409: { id: open, others: { kind: 'reply' }, body: { version: 7, text: 'Hello' } },
  }),
  'DELETE /v1/requests/{id}/drafts/{kind}': ({ open }) => ({
    409: { id: open, others: { kind: 'reply' }, query: '?version=7' },
  }),
  'POST /v1/requests/{id}/drafts/{kind}/files': ({ open }) => {
    const { body, headers } = fileForm('b.txt', 'hello');
    const others = { kind: 'reply' };
    return { 413: { id: open, others, body, headers: { ...headers, 'content-length': '99999999' } } };
  },
  'POST /v1/presence': () => ({ 404: { body: { requestId: 999_999, state: 'looking' } } }),
  ...CLOCK_REFUSALS,
  ...REQUESTER_REFUSALS,
  ...TEAM_REFUSALS,
  ...FIELD_REFUSALS,
  'POST /v1/views': () => ({
    409: { body: { name: 'Mine', query: '' } },
  }),
  'PATCH /v1/views/{id}': ({ viewId }) => ({ 409: { id: viewId, body: { name: 'Open' } } }),
  'DELETE /v1/contacts/{id}': ({ sending }) => ({ 409: { id: sending.contactId } }),
  'DELETE /v1/messages/{id}': ({ sending }) => ({ 409: { id: sending.messageId } }),
  'PATCH /v1/messages/{id}': ({ queuedMessage }) => ({
    409: { id: queuedMessage, body: { text: 'Other.' } },
  }),
  'GET /v1/messages/{id}/raw': ({ heldMail }) => ({ 409: { id: heldMail } }),
  'GET /v1/attachments/{id}': ({ heldFile }) => ({ 409: { id: heldFile } }),
  'GET /v1/intake/{id}/raw': ({ decidedIntakeId }) => ({ 409: { id: decidedIntakeId } }),
  'POST /v1/messages/{id}/take-back': ({ sending }) => ({ 409: { id: sending.replyId } }),
  'DELETE /v1/attachments/{id}': ({ sending }) => ({ 409: { id: sending.attachmentId ?? 0 } }),
  'POST /v1/deliveries/{id}/retry': ({ queuedDelivery }) => ({ 409: { id: queuedDelivery } }),
  'POST /v1/deliveries/{id}/cancel': ({ failedDelivery }) => ({ 409: { id: failedDelivery } }),
  'POST /v1/intake/{id}/release': ({ decidedIntakeId }) => ({ 409: { id: decidedIntakeId } }),
  'POST /v1/intake/{id}/discard': ({ decidedIntakeId }) => ({ 409: { id: decidedIntakeId } }),
  'POST /v1/mailboxes': () => ({ 409: { body: { address: DESK, name: 'Again' } } }),
  'POST /v1/operators': ({ agent }) => ({
    409: { body: { email: agent.email, name: 'Again', role: 'agent' } },
  }),
  'PATCH /v1/operators/{id}': ({ admin }) => ({ 409: { id: admin.id, body: { role: 'agent' } } }),
  'DELETE /v1/operators/{id}': ({ admin }) => ({ 409: { id: admin.id } }),
  'POST /v1/operators/{id}/tokens': ({ idleId }) => ({ 409: { id: idleId, body: { name: 'x' } } }),
};

const HEARTBEAT = JSON.stringify({
  relay: { version: '1.0.0', account: DESK, pending: 0, failed: 0, runtimeTodaySeconds: 0 },
  messages: [],
});

function signed(body: string): { body: string; headers: Readonly<Record<string, string>> } {
  const timestamp = START.getTime() / 1000;
  return {
    body,
    headers: {
      'webhook-id': 'm',
      'webhook-timestamp': String(timestamp),
      'webhook-signature': sign(SECRET, 'm', timestamp, body),
    },
  };
}

/** The address of a call, with its placeholders filled. */
export function addressOf(path: string, good: Good): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(name === 'id' ? (good.id ?? 1) : (good.others?.[name] ?? 1))),
  );
  return `${filled}${good.query ?? ''}`;
}
