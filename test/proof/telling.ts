import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect, type Db } from '../../src/platform/db/connect.ts';
import { assignRequest, unassignRequest } from '../../src/requests/life/assigning.ts';
import { testOperator } from '../support/app.ts';
import { chance } from '../support/chance.ts';
import { insertContact, insertRequest } from '../support/desk.ts';
import { MINUTE, openOutbox } from '../support/outbox.ts';
import { type ReceivedMail, startSmtpListener } from '../support/smtp-listener.ts';
import { ensure, type Proof } from './proof.ts';

const random = chance('telling');

const SCRIPT = fileURLToPath(new URL('./telling-process.ts', import.meta.url));
const REQUESTS = 300;
const MINUTES = 40;
const KILLS = 20;
const WAIT = 12;
const FATES = ['kept', 'taken back', 'answered'] as const;

type Given = {
  readonly requestId: number;
  readonly email: string;
  readonly fate: (typeof FATES)[number];
  readonly until: number;
};

/** Assignments of which each is kept, taken back or answered within the wait, while the processes that tell are killed. */
export const telling: Proof = {
  name: 'telling',
  title:
    'Of 300 assignments those that were kept are mailed, those taken back or answered are not, under kills',
  async run({ url, progress }) {
    const db = connect(url, { max: 4 });
    const outbox = await openOutbox(db, 'smtp://127.0.0.1:9');
    const ann = await testOperator(outbox.deps, { name: 'Ann' });
    await db`create table proof_clock as select ${outbox.now()}::timestamptz as at`;
    const smtp = await startSmtpListener({ behaviour: { delayMs: () => random() * 40 } });
    const children: ChildProcess[] = [];
    const start = async (): Promise<ChildProcess> => {
      const child = spawn(process.execPath, [SCRIPT, url, smtp.url], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.push(child);
      if (child.stdout !== null) await once(child.stdout, 'data');
      return child;
    };
    const given: Given[] = [];
    try {
      let workers = [await start(), await start()];
      let kills = 0;
      for (let minute = 0; minute < MINUTES; minute += 1) {
        progress(`minute ${minute} of ${MINUTES}, ${kills} kills`);
        outbox.advance(MINUTE);
        await db`update proof_clock set at = ${outbox.now()}`;
        const count = given.length < REQUESTS ? REQUESTS / 20 : 0;
        for (let n = 0; n < count; n += 1) given.push(await giveOne(db, outbox, ann.id, minute));
        for (const each of given.filter(({ until }) => until === minute)) await meet(outbox, each);
        await pause(random() * 400);
        if (kills === KILLS || minute % 2 === 1) continue;
        kills += 1;
        const [victim, survivor] = random() < 0.5 ? workers : workers.toReversed();
        if (victim === undefined || survivor === undefined) throw new Error('two processes were running');
        const exited = once(victim, 'exit');
        victim.kill('SIGKILL');
        await exited;
        workers = [survivor, await start()];
      }
      await untilQuiet(db, outbox);
      return { ...judge(given, smtp.mails, ann.email), kills };
    } finally {
      for (const child of children) child.kill('SIGKILL');
      await smtp.stop();
      outbox.close();
      await db.end();
    }
  },
};

type Desk = Awaited<ReturnType<typeof openOutbox>>;

async function giveOne(db: Db, outbox: Desk, operatorId: number, minute: number): Promise<Given> {
  const email = `contact${random()}@example.org`;
  const contactId = await insertContact(db, { email, name: 'Anna' });
  const place = { mailboxId: outbox.mailboxId, contactId };
  const requestId = await insertRequest(db, place, { at: outbox.now() });
  await assignRequest(outbox.deps, outbox.actor, { requestId, operatorId });
  const fate = FATES[Math.floor(random() * FATES.length)] ?? 'kept';
  return { requestId, email, fate, until: minute + Math.floor(random() * WAIT) };
}

/** What becomes of an assignment within the wait; what is to be at once is done in the minute it was made. */
async function meet(outbox: Desk, { requestId, email, fate }: Given): Promise<void> {
  if (fate === 'taken back') await unassignRequest(outbox.deps, outbox.actor, { requestId });
  if (fate === 'answered') await outbox.queue({ requestId, email });
}

/** Lets time pass until nothing is left to send. */
async function untilQuiet(db: Db, outbox: Desk): Promise<void> {
  for (let n = 0; n < 150; n += 1) {
    outbox.advance(MINUTE);
    await db`update proof_clock set at = ${outbox.now()}`;
    await pause(200);
    const [row] = await db<{ open: number }[]>`
      select (select count(*) from deliveries where state in ('queued', 'held', 'deferred', 'sending'))
        + (select count(*) from tellings where queued_at is null) as open`;
    if (row?.open === 0) return;
  }
  const left = await db`
    select state, kind, lease_until, next_attempt_at, attempt_count from deliveries
    where state in ('queued', 'held', 'deferred', 'sending') limit 5`;
  throw new Error(`not everything was sent: ${JSON.stringify(left)}`);
}

function judge(given: readonly Given[], mails: readonly ReceivedMail[], address: string) {
  const told = mails.filter(({ to }) => to.includes(address));
  const requestOf = (mail: ReceivedMail): number =>
    Number(/Request (\d+)/.exec(mail.headers['subject'] ?? '')?.[1]);
  const ids = new Map(told.map((mail) => [mail.internetMessageId, requestOf(mail)]));
  const kept = given.filter(({ fate }) => fate === 'kept').map(({ requestId }) => requestId);
  const mailed = [...ids.values()].toSorted((a, b) => a - b);
  ensure(
    JSON.stringify(mailed) === JSON.stringify(kept.toSorted((a, b) => a - b)),
    `each kept assignment is mailed once and no other: ${kept.length} were kept, ${mailed.length} mailed`,
  );
  const copies = told.length - ids.size;
  ensure(copies <= KILLS, `no mail leaves twice but by a kill: ${copies} did`);
  return {
    assignments: given.length,
    'kept and mailed': kept.length,
    'taken back or answered within the wait, and not mailed': given.length - kept.length,
    'second copies of a mail whose sender was killed before it could say so': copies,
  };
}
