import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { personComment, testJiraDesk } from '../support/jira.ts';

const { desk } = await testJiraDesk();

type Operation = { responses: Record<string, { content?: Record<string, { schema?: object }> }> };
const document = JSON.parse(
  readFileSync(new URL('../fixtures/jira/openapi-v3.json', import.meta.url), 'utf8'),
) as { paths: Record<string, Record<string, Operation>> };
const ajv = new Ajv({ strict: false, validateFormats: false });
ajv.addSchema(document, 'jira');

const API = '/rest/api/3';

/** What Atlassian's document has against an answer to a call; null when it fits. */
async function oddity(
  method: string,
  path: string,
  template: string,
  body?: unknown,
): Promise<string | null> {
  const operation = document.paths[API + template]?.[method.toLowerCase()];
  if (operation === undefined) return `${method} ${template} is not in Atlassian's document`;
  const response = await ask(method, path, body);
  const described = operation.responses[String(response.status)];
  if (described === undefined)
    return `${method} ${template} never answers ${response.status}: ${await response.text()}`;
  const content = described.content?.['application/json'];
  if (content?.schema === undefined) return null;
  const pointer = `#/paths/${(API + template).replace(/~/g, '~0').replace(/\//g, '~1')}/${method.toLowerCase()}/responses/${response.status}/content/application~1json/schema`;
  const validate = ajv.getSchema(`jira${pointer.replace(/[{}]/g, encodeURIComponent)}`);
  if (validate === undefined) throw new Error(`no schema at ${pointer}`);
  const said = await response.text();
  if (said === '') return null;
  const answer: unknown = JSON.parse(said);
  return validate(answer) === true
    ? null
    : `${method} ${template}: ${JSON.stringify(validate.errors?.slice(0, 2))}`;
}

function ask(method: string, path: string, body?: unknown): Promise<Response> {
  const { email, apiToken } = desk.jira.bot;
  return fetch(`${desk.siteUrl}${API}${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`${email}:${apiToken}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

test('the simulated Jira answers in the shapes of Atlassian’s document', async () => {
  await desk.connect();
  await desk.mail();
  await desk.pass(1);
  const [issue] = desk.jira.world.issues;
  personComment(desk.jira, issue!, desk.dana, 'x');
  const text = {
    version: 1,
    type: 'doc',
    content: [{ type: 'paragraph', content: [{ type: 'text', text: 'x' }] }],
  };
  const calls: readonly (readonly [string, string, string, unknown?])[] = [
    ['GET', '/myself', '/myself'],
    ['GET', '/serverInfo', '/serverInfo'],
    ['GET', '/mypermissions?permissions=ADD_COMMENTS', '/mypermissions'],
    ['GET', '/project/search', '/project/search'],
    ['GET', '/issue/createmeta/DEV/issuetypes', '/issue/createmeta/{projectIdOrKey}/issuetypes'],
    [
      'GET',
      '/issue/createmeta/DEV/issuetypes/10001',
      '/issue/createmeta/{projectIdOrKey}/issuetypes/{issueTypeId}',
    ],
    [
      'POST',
      '/issue',
      '/issue',
      { fields: { project: { key: 'DEV' }, issuetype: { id: '10001' }, summary: 'x' } },
    ],
    ['POST', '/issue', '/issue', { fields: { project: { key: 'DEV' } } }],
    ['GET', '/issue/DEV-1', '/issue/{issueIdOrKey}'],
    ['GET', '/issue/DEV-99', '/issue/{issueIdOrKey}'],
    ['POST', '/issue/bulkfetch', '/issue/bulkfetch', { issueIdsOrKeys: ['DEV-1'], fields: ['updated'] }],
    ['GET', '/issue/DEV-1/comment', '/issue/{issueIdOrKey}/comment'],
    ['POST', '/issue/DEV-1/comment', '/issue/{issueIdOrKey}/comment', { body: text }],
    ['POST', '/comment/list', '/comment/list', { ids: [1] }],
    ['GET', '/issue/DEV-1/transitions', '/issue/{issueIdOrKey}/transitions'],
    ['POST', '/issue/DEV-1/transitions', '/issue/{issueIdOrKey}/transitions', { transition: { id: '11' } }],
    ['GET', '/issue/DEV-1/properties/mailroom', '/issue/{issueIdOrKey}/properties/{propertyKey}'],
    ['POST', '/search/jql', '/search/jql', { jql: 'project = "DEV"' }],
    ['GET', '/attachment/meta', '/attachment/meta'],
    ['GET', '/user/search?query=dana', '/user/search'],
    ['GET', '/project/search?expand=issueTypes', '/project/search'],
    ['PUT', '/issue/DEV-1/properties/x', '/issue/{issueIdOrKey}/properties/{propertyKey}', { a: 1 }],
    [
      'POST',
      '/issue/DEV-1/remotelink',
      '/issue/{issueIdOrKey}/remotelink',
      { globalId: 'x', object: { url: 'https://x.example', title: 'x' } },
    ],
    ['POST', '/issue/DEV-1/watchers', '/issue/{issueIdOrKey}/watchers', desk.dana.accountId],
    [
      'POST',
      '/webhook',
      '/webhook',
      { url: 'https://x.example', webhooks: [{ events: ['comment_created'], jqlFilter: 'project = "DEV"' }] },
    ],
    ['PUT', '/webhook/refresh', '/webhook/refresh', { webhookIds: [1] }],
    ['GET', '/webhook', '/webhook'],
    ['DELETE', '/webhook', '/webhook', { webhookIds: [1] }],
    ['GET', '/webhook', '/webhook'],
  ];
  const oddities: (string | null)[] = [];
  for (const call of calls) oddities.push(await oddity(...call));
  expect(oddities.filter((each) => each !== null)).toEqual([]);
});

test('the simulated Jira refuses what it does not know, as Jira does', async () => {
  const said = async (method: string, path: string, body?: unknown) => {
    const response = await ask(method, path, body);
    return [response.status, (await response.text()).slice(0, 400)] as const;
  };
  expect(await said('GET', '/dashboard')).toEqual([501, expect.stringContaining('not simulated')]);
  expect(await said('GET', '/project/search?page=1')).toEqual([
    400,
    expect.stringContaining('fake: unknown'),
  ]);
  expect(await said('POST', '/issue', { fields: {}, also: 1 })).toEqual([
    400,
    expect.stringContaining('fake: unknown'),
  ]);
  expect(await said('GET', '/search')).toEqual([410, expect.stringContaining('CHANGE-2046')]);
  expect(await said('POST', '/search/jql', { jql: 'order by created' })).toEqual([400, expect.any(String)]);
  expect(
    await said('POST', '/issue', {
      fields: { project: { key: 'DEV' }, issuetype: { id: '10001' }, summary: 'x', description: 'plain' },
    }),
  ).toEqual([400, expect.stringContaining('Atlassian Document')]);
});
