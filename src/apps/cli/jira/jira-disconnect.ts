import { disconnectJira } from '../../../integrations/jira/connections/disconnect.ts';
import { ID_TEXT } from '../../../platform/id-text.ts';
import { invalidField } from '../../../platform/problems.ts';
import { command } from '../command.ts';

export const jiraDisconnect = command({
  options: {
    connection: {
      type: 'string',
      value: 'ID',
      required: true,
      sentence: 'Which connection; jira check lists them.',
    },
  },
  async run(desk, values) {
    const connectionId = Number(ID_TEXT.exec(values.connection)?.[0]);
    if (Number.isNaN(connectionId)) throw invalidField('/connection', 'is the number of a connection');
    await disconnectJira(desk, { kind: 'system' }, { connectionId });
    return {
      text: 'Disconnected; the credential is deleted. Withdraw it at Atlassian too: an API token at https://id.atlassian.com, an app under "Connected apps".\n',
      json: { id: connectionId, state: 'disconnected' },
    };
  },
});
