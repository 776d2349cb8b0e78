import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type Db } from '../../src/platform/db/connect.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createToken } from '../../src/people/credentials/create-token.ts';
import { addOperator } from '../../src/people/operators/add-operator.ts';
import { BENCH_DESK, startDesk } from '../bench/desk.ts';
import { mailOf } from '../support/intake.ts';
import { type SmtpListener, startSmtpListener } from '../support/smtp-listener.ts';
import { postMails } from './post-mails.ts';
import { ensure, type Figures, type Proof, type ProofPlace } from './proof.ts';
import { chance } from '../support/chance.ts';

const random = chance('connections');

const CUTS = 200;
/** At random: cuts meet a mail and an answer at every step of their way, and let some of them come to their end. */
const BETWEEN_CUTS_MS = { least: 100, most: 1500 };
const SENDERS = 8;
const SETTLE_MS = 240_000;
const SYSTEM = { kind: 'system' } as const;

/** Every connection to the database is cut again and again while mails come in and answers go out. */
export const connections: Proof = {
  name: 'connections',
  title: `Every connection to the database cut ${CUTS} times under load`,
  async run(place) {
    const smtp = await startSmtpListener();
    const desk = await startDesk(place.url, { SMTP_URL: smtp.url });
    try {
      const token = await withDatabase(place, addAnswerer);
      const load = startLoad(desk.url, token);
      const cut = await cutConnections(place, desk.isAlive, () => load.done.length);
      const answered = await load.stop();
      return await withDatabase(place, async (db) => {
        const left = await settle(place, db);
        const alive = await fetch(`${desk.url}/readyz`);
        ensure(alive.status === 200, 'the process that was started is ready');
        return { ...cut, ...(await judge(db, smtp, answered)), 'deliveries that never ended': left };
      });
    } finally {
      await desk.stop();
      await smtp.stop();
    }
  },
};

async function withDatabase<Result>(place: ProofPlace, work: (db: Db) => Promise<Result>): Promise<Result> {
  const db = connect(place.url, { max: 1 });
  return work(db).finally(() => db.end());
}

async function addAnswerer(db: Db): Promise<string> {
  await db`update mailboxes set notices_per_hour = null`;
  const deps = { db, clock: systemClock };
  const operator = await addOperator(deps, SYSTEM, {
    email: 'ann@desk.example.com',
    name: 'Ann',
    role: 'agent',
  });
  return (await createToken(deps, SYSTEM, { operatorId: operator.id, name: 'proof' })).token;
}

type Answered = { readonly gmailId: string; readonly requestId: number; readonly text: string };

// A relay and an operator each repeat what was not answered, word for word, until it is.
function startLoad(url: string, token: string) {
  const done: Answered[] = [];
  const stopping = new AbortController();
  let count = 0;
  const work = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      count += 1;
      const gmailId = randomUUID();
      const from = `sender${count}@customer.example`;
      const raw = mailOf({ from, to: BENCH_DESK, subject: `Matter ${count}`, text: `${count} `.repeat(400) });
      const requestId = await until(async () => {
        const results = await postMails(url, BENCH_DESK, [{ id: gmailId, raw }]);
        return results?.[0]?.requestId ?? null;
      });
      const text = `Answer ${randomUUID()}`;
      await until(() => reply(url, token, requestId, text));
      done.push({ gmailId, requestId, text });
    }
  };
  const all = Promise.all(Array.from({ length: SENDERS }, work));
  return {
    done,
    async stop(): Promise<readonly Answered[]> {
      stopping.abort();
      await all;
      return done;
    },
  };
}

async function until<Value>(attempt: () => Promise<Value | null>): Promise<Value> {
  for (;;) {
    const value = await attempt();
    if (value !== null) return value;
    await delay(50);
  }
}

async function reply(url: string, token: string, requestId: number, text: string): Promise<true | null> {
  try {
    const response = await fetch(`${url}/v1/requests/${requestId}/messages`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'idempotency-key': text,
      },
      body: JSON.stringify({ text }),
    });
    await response.text();
    if (response.status >= 400 && response.status < 500)
      throw new Error(`a reply was refused: ${response.status}`);
    return response.ok ? true : null;
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

async function cutConnections(
  place: ProofPlace,
  isAlive: () => boolean,
  done: () => number,
): Promise<Figures> {
  const admin = connect(place.adminUrl, { max: 1 });
  let lost = 0;
  try {
    for (let cut = 1; cut <= CUTS; cut += 1) {
      await delay(BETWEEN_CUTS_MS.least + random() * (BETWEEN_CUTS_MS.most - BETWEEN_CUTS_MS.least));
      ensure(isAlive(), `the process outlives cut ${cut}`);
      const [row] = await admin<{ count: number }[]>`
        select count(pg_terminate_backend(pid)) as count
        from pg_stat_activity
        where backend_type = 'client backend' and datname = 'mailroom' and application_name <> 'mailroom-keeper'`;
      lost += row?.count ?? 0;
      if (cut % 10 === 0) place.progress(`${cut} cuts, ${lost} connections lost, ${done()} mails answered`);
    }
  } finally {
    await admin.end();
  }
  return { cuts: CUTS, 'connections lost': lost };
}

async function settle(place: ProofPlace, db: Db): Promise<number> {
  const until = performance.now() + SETTLE_MS;
  for (;;) {
    const [row] = await db<{ count: number }[]>`
      select count(*) as count from deliveries where state in ('queued', 'sending', 'deferred')`;
    const left = row?.count ?? 0;
    if (left === 0 || performance.now() > until) return left;
    place.progress(`${left} deliveries are still under way`);
    await delay(2000);
  }
}

async function judge(db: Db, smtp: SmtpListener, answered: readonly Answered[]): Promise<Figures> {
  const filed = await db<{ sourceId: string; messages: number; requests: number }[]>`
    select source_id, count(m.id) as messages, count(distinct m.request_id) as requests
    from intake i
    left join messages m on m.intake_id = i.id
    group by source_id`;
  const ids = new Set(answered.map(({ gmailId }) => gmailId));
  const once = filed.filter((row) => ids.has(row.sourceId) && row.messages === 1 && row.requests === 1);
  ensure(once.length === answered.length, 'every mail that was answered for is filed');
  ensure(
    filed.every(({ messages }) => messages === 1),
    'no mail is filed twice',
  );
  ensure(
    new Set(answered.map(({ requestId }) => requestId)).size === answered.length,
    'each opened a request',
  );

  const replies = await db<{ text: string }[]>`select text from messages where kind = 'outbound'`;
  ensure(replies.length === answered.length, 'every answer is there once');
  const copies = new Map<string, number>();
  for (const { internetMessageId } of smtp.mails)
    copies.set(internetMessageId, (copies.get(internetMessageId) ?? 0) + 1);
  const owed = await db<{ internetMessageId: string }[]>`
    select m.internet_message_id from deliveries d join messages m on m.id = d.message_id where d.state = 'sent'`;
  ensure(
    owed.every(({ internetMessageId }) => copies.has(internetMessageId)),
    'what counts as sent has left',
  );
  const most = Math.max(...copies.values());
  ensure(most <= 2, 'no mail left more than twice');
  return {
    'mails filed and answered': answered.length,
    'lost or filed twice': 0,
    'mails that left': copies.size,
    'of them with the one permitted second copy': [...copies.values()].filter((count) => count === 2).length,
  };
}
