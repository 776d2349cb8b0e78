import { readFile } from 'node:fs/promises';
import { connectJira } from '../../../integrations/jira/connections/connect.ts';
import { siteUrlOf } from '../../../integrations/jira/connections/connection.ts';
import { callbackUrl } from '../../../integrations/jira/connections/consent.ts';
import { findConnection } from '../../../integrations/jira/connections/find-connections.ts';
import { invalidField } from '../../../platform/problems.ts';
import { command } from '../command.ts';

export const jiraConnect = command({
  options: {
    site: {
      type: 'string',
      value: 'URL',
      required: true,
      sentence: 'The site, such as https://example.atlassian.net.',
    },
    name: { type: 'string', value: 'NAME', sentence: 'The name of the connection. Defaults to Jira.' },
    email: { type: 'string', value: 'ADDRESS', sentence: 'The account of an API token.' },
    'token-file': {
      type: 'string',
      value: 'FILE',
      sentence: 'A file that holds the API token, or Data Center’s access token.',
    },
    'token-ends': {
      type: 'string',
      value: 'DAY',
      sentence: 'When the token expires at Atlassian, such as 2027-03-01. Admins are warned.',
    },
    'data-center': { type: 'boolean', sentence: 'The site is Jira Data Center, with an access token.' },
    'client-id': {
      type: 'string',
      value: 'ID',
      sentence: 'The client id of an OAuth 2.0 app, instead of a token.',
    },
    'client-secret-file': { type: 'string', value: 'FILE', sentence: 'A file that holds the app’s secret.' },
  },
  async run(desk, values) {
    const actor = { kind: 'system' } as const;
    if (siteUrlOf(values.site) === null)
      throw invalidField(
        '/site',
        'must be the https address of a site, such as https://example.atlassian.net',
      );
    const common = { name: values.name ?? 'Jira', siteUrl: values.site, personal: false };
    const clientId = values['client-id'];
    if (clientId !== undefined) {
      const clientSecret = await secretIn(values['client-secret-file'], '/client-secret-file');
      const made = await connectJira(desk, actor, {
        ...common,
        kind: 'oauth',
        deployment: 'cloud',
        clientId,
        clientSecret,
      });
      const url = `${desk.publicUrl}/settings/jira/${made.connectionId}`;
      desk.openPage?.(url);
      return {
        text: `Enter ${callbackUrl(desk)} as the app's callback URL, then sign in and let Mailroom in at ${url}\n`,
        json: { id: made.connectionId, state: 'pending', url, callbackUrl: callbackUrl(desk) },
      };
    }
    const token = await secretIn(values['token-file'], '/token-file');
    const tokenEndsAt = dayOf(values['token-ends']);
    if (!values['data-center'] && values.email === undefined)
      throw invalidField('/email', "is required: the email address of the API token's account");
    const { connectionId } = await connectJira(
      desk,
      actor,
      values['data-center']
        ? { ...common, kind: 'access_token', deployment: 'data_center', token, tokenEndsAt }
        : {
            ...common,
            kind: 'api_token',
            deployment: 'cloud',
            email: values.email ?? '',
            token,
            tokenEndsAt,
          },
    );
    const { accountName, base, state } = await findConnection(desk, actor, connectionId);
    return {
      text: `Connected as ${accountName ?? 'somebody'}, at the ${base ?? 'site'}. Say at ${desk.publicUrl}/settings/jira/${connectionId} which mailbox's requests become issues.\n`,
      json: { id: connectionId, state, account: accountName, base },
    };
  },
});

async function secretIn(file: string | undefined, pointer: string): Promise<string> {
  if (file === undefined)
    throw invalidField(
      pointer,
      'is required: a file that holds it, because the list of processes shows arguments',
    );
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch {
    throw invalidField(pointer, `names a file that cannot be read: ${file}`);
  }
}

function dayOf(day: string | undefined): Date | null {
  if (day === undefined) return null;
  const date = new Date(`${day}T00:00:00Z`);
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || Number.isNaN(date.getTime()))
    throw invalidField('/token-ends', 'is a day such as 2027-03-01');
  return date;
}
