import { rebuildReports } from '../../../requests/reports/rebuild-reports.ts';
import { command } from '../command.ts';

export const reportsRebuild = command({
  options: {},
  async run(desk) {
    const rebuilt = await rebuildReports(desk);
    const found = rebuilt.differed === 0 ? 'all counted right' : `${rebuilt.differed} counted anew`;
    return { text: `${rebuilt.requests} requests, ${found}.\n`, json: rebuilt };
  },
});
