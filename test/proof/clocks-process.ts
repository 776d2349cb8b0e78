import { databaseClock } from '../../src/platform/db/database-clock.ts';
import { connect } from '../../src/platform/db/connect.ts';
import { silentLog } from '../../src/platform/log.ts';
import { tellClocks } from '../../src/requests/clocks/tell-clocks.ts';

// A process that tells of clocks without a pause, to be killed: DATABASE_URL as its argument.
const [url = ''] = process.argv.slice(2);
const db = connect(url, { max: 2 });
const clock = await databaseClock(db, silentLog);
process.stdout.write('ready\n');
for (;;) await tellClocks({ db, clock });
