import { applyTimeRules } from '../../src/intake/rules/acting/apply-time-rules.ts';
import { connect } from '../../src/platform/db/connect.ts';
import { silentLog } from '../../src/platform/log.ts';

// A process that lets rules by time act without a pause, to be killed; its time is the proof's: DATABASE_URL as its argument.
const [url = ''] = process.argv.slice(2);
const db = connect(url, { max: 2 });
process.stdout.write('ready\n');
for (;;) {
  const [row] = await db<{ at: Date }[]>`select at from proof_clock`;
  if (row === undefined) throw new Error('the proof has a clock');
  await applyTimeRules({ db, clock: { now: () => row.at }, log: silentLog, wakeDeliveries: () => {} });
}
