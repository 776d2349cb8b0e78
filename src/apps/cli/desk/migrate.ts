import { migrate } from '../../../platform/db/migrate.ts';
import { command } from '../command.ts';

export const migrateCommand = command({
  options: {},
  schema: 'any',
  async run(desk) {
    const report = await migrate(desk.db, desk.clock.now());
    const applied = report.applied.map((name) => `applied ${name}\n`).join('');
    return { text: `${applied}The database is at schema version ${report.version}.\n`, json: report };
  },
});
