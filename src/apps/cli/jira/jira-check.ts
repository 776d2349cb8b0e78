import { checkConnections } from '../../../integrations/jira/connection-check.ts';
import { command } from '../command.ts';
import { renderTable } from '../render-table.ts';

export const jiraCheck = command({
  options: {},
  async run(desk) {
    const checks = await checkConnections(desk, { kind: 'system' });
    const rows = checks.map(({ connection, what, ok, detail }) => [
      connection,
      what,
      ok ? 'ok' : 'WRONG',
      detail,
    ]);
    return {
      text:
        checks.length === 0
          ? 'No Jira is connected.\n'
          : `${renderTable([['CONNECTION', 'CHECK', 'RESULT', 'DETAIL'], ...rows])}\n`,
      json: { checks },
      failed: checks.some(({ ok }) => !ok),
    };
  },
});
