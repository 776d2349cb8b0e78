import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { addRule } from '../../src/intake/rules/save-rule.ts';
import type { RuleAction } from '../../src/intake/rules/rule.ts';
import { connect, type Db } from '../../src/platform/db/connect.ts';
import { addCannedReply } from '../../src/requests/canned-replies/save-canned-reply.ts';
import { addField } from '../../src/requests/fields/save-field.ts';
import { chance } from '../support/chance.ts';
import { insertContact, insertInbound, insertRequest } from '../support/desk.ts';
import { MINUTE, openOutbox } from '../support/outbox.ts';
import { ensure, type Proof } from './proof.ts';

const random = chance('rules');

const SCRIPT = fileURLToPath(new URL('./rules-process.ts', import.meta.url));
const REQUESTS = 150;
const KILLS = 12;
const DAY = 1440 * MINUTE;

/** Rules by time, each with what it does once to each request, while two processes let them act and one after another is killed. */
export const rules: Proof = {
  name: 'rules',
  title: 'Each rule by time acts once on each request that waits, under kills',
  async run({ url, progress }) {
    const db = connect(url, { max: 4 });
    const children: ChildProcess[] = [];
    const start = async (): Promise<ChildProcess> => {
      const child = spawn(process.execPath, [SCRIPT, url], { stdio: ['ignore', 'pipe', 'inherit'] });
      children.push(child);
      await once(child.stdout, 'data');
      return child;
    };
    const outbox = await openOutbox(db, 'smtp://127.0.0.1:9');
    try {
      await fill(db, outbox);
      await db`create table proof_clock as select ${outbox.now()}::timestamptz as at`;
      let workers = [await start(), await start()];
      for (let kills = 0; kills < KILLS; kills += 1) {
        progress(`kill ${kills + 1} of ${KILLS}`);
        outbox.advance(DAY / 2);
        await db`update proof_clock set at = ${outbox.now()}`;
        await pause(random() * 700);
        const [victim, survivor] = random() < 0.5 ? workers : workers.toReversed();
        if (victim === undefined || survivor === undefined) throw new Error('two processes were running');
        const exited = once(victim, 'exit');
        victim.kill('SIGKILL');
        await exited;
        workers = [survivor, await start()];
      }
      await untilDone(db);
      return { ...(await judge(db)), kills: KILLS };
    } finally {
      for (const child of children) child.kill('SIGKILL');
      outbox.close();
      await db.end();
    }
  },
};

type Desk = Awaited<ReturnType<typeof openOutbox>>;

/** Pending requests, and rules that act on them after one to five days. */
async function fill(db: Db, { deps, actor, operatorId, mailboxId, now }: Desk): Promise<void> {
  const canned = await addCannedReply(deps, actor, {
    scope: 'desk',
    mailboxId: null,
    name: 'Reminder',
    text: 'Are you still there?',
    status: null,
    category: null,
    tags: [],
  });
  await addField(deps, actor, {
    mailboxId: null,
    key: 'waits',
    name: 'Waits',
    kind: 'yes_no',
    options: [],
    help: '',
    neededToResolve: false,
    shownToContacts: false,
  });
  const actions: readonly RuleAction[] = [
    { type: 'note', value: 'Call them.' },
    { type: 'tell' },
    { type: 'answer', value: canned.id },
    { type: 'field', key: 'waits', value: true },
    { type: 'close' },
  ];
  for (const [index, action] of actions.entries())
    await addRule(deps, actor, {
      mailboxId,
      name: action.type,
      enabled: true,
      trigger: 'time',
      afterDays: index + 1,
      match: 'all',
      conditions: [],
      actions: [action],
      stop: false,
    });
  for (let n = 0; n < REQUESTS; n += 1) {
    const contactId = await insertContact(db, { email: `contact${n}@example.org`, name: 'Anna' });
    const place = { mailboxId, contactId };
    const requestId = await insertRequest(db, place, { at: now(), assigneeId: operatorId });
    await insertInbound(db, place, requestId);
    await db`update requests set status = 'pending', updated_at = ${now()} where id = ${requestId}`;
  }
}

async function untilDone(db: Db): Promise<void> {
  for (let n = 0; n < 600; n += 1) {
    const [row] = await db<{ left: number }[]>`
      select count(*)::int as left from requests where status <> 'closed'`;
    if (row?.left === 0) return;
    await pause(100);
  }
  throw new Error('not every request was closed');
}

async function judge(db: Db) {
  const [row] = await db<Record<string, number>[]>`
    select (select count(*)::int from events where type = 'rule.applied') as applied,
      (select count(*)::int from (select from events where type = 'rule.applied' group by new ->> 'ruleId', request_id) as each)
        as pairs,
      (select count(*)::int from events where type = 'rule.failed') as failed,
      (select count(*)::int from messages where kind = 'note') as notes,
      (select count(*)::int from events where type = 'operator.told') as told,
      (select count(*)::int from messages where notice = 'answer') as answers,
      (select count(*)::int from events where type = 'request.fields_changed') as values,
      (select count(*)::int from messages where notice = 'closed') as closings,
      (select count(*)::int from tellings where kind = 'needs_attention') as mails`;
  const { applied, pairs, failed, ...each } = row ?? {};
  ensure(applied === pairs && pairs === 5 * REQUESTS, `each rule acts once on each: ${JSON.stringify(row)}`);
  ensure(failed === 0, `no rule fails: ${failed}`);
  for (const [what, count] of Object.entries(each))
    ensure(count === REQUESTS, `one of the ${what} for each request: ${count}`);
  return {
    'requests that waited': REQUESTS,
    'rules by time': 5,
    'acts, each once': applied ?? 0,
    'notes, tellings, answers, values and closings, of each one for a request': REQUESTS,
  };
}
