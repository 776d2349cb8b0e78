import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { connectToTenant } from '../../src/apps/demo/microsoft/microsoft-side.ts';
import { type Fault, startTenant } from '../../src/apps/demo/microsoft/simulated-tenant.ts';
import { headerOf } from '../../src/apps/demo/microsoft/tenant-mailbox.ts';
import { connect, type Db } from '../../src/platform/db/connect.ts';
import { createKeyring } from '../../src/platform/keyring.ts';
import { testApp } from '../support/app.ts';
import { chance } from '../support/chance.ts';
import { DESK, testMailbox } from '../support/intake.ts';
import { exchangeMail } from '../support/microsoft-desk.ts';
import { fastClock } from './fast-clock.ts';
import { ensure, type Proof } from './proof.ts';

const SCRIPT = fileURLToPath(new URL('microsoft-process.ts', import.meta.url));
const COMPILED = fileURLToPath(new URL('../../src/compile-cache.js', import.meta.url));
const SECRET = 'proof-secret-proof-secret-proof-secret';
/** PROOF_MAILS tries a smaller mailbox: fewer faults too, though more for each message. */
const MAILS = Number(process.env['PROOF_MAILS'] ?? 10_000);
const SHARE = Math.sqrt(MAILS / 10_000);
const CONTACTS = MAILS / 5;
const BATCH = MAILS / 40;
const CALL_FAULTS = Math.ceil(250 * SHARE);
const RESETS = Math.ceil(20 * SHARE);
const KILLS = Math.ceil(30 * SHARE);
const LEASE_MS = 4000;
/** Longer than this nobody waits. */
const MAX_SECONDS = 3600;
const KINDS: readonly Fault[] = [
  'throttle',
  'throttle_silently',
  'unavailable',
  'drop',
  'lost',
  'lost',
  'token_ended',
];
const random = chance('microsoft');

type Tenant = Awaited<ReturnType<typeof startTenant>>;

/** Two processes fetch and send for one mailbox while its tenant misbehaves and the processes are killed. */
export const microsoft: Proof = {
  name: 'microsoft',
  title:
    'A mailbox of Microsoft 365 under faults and kills: each message filed once, in order, each notice sent once',
  async run({ url, progress }) {
    const db = connect(url, { max: 4 });
    const began = Date.now();
    const clock = fastClock(began);
    const tenant = await startTenant(DESK, { now: () => clock.now(), pageSize: 100 });
    const { deps } = testApp(db, { clock, keyring: createKeyring([SECRET]) });
    const injected = injectFaults(tenant);
    const start = (): Promise<ChildProcess> =>
      startProcess([url, tenant.endpoints.graphUrl, SECRET, String(began), String(LEASE_MS)]);
    const children: ChildProcess[] = [];
    let kills = 0;
    try {
      const mailbox = await testMailbox(deps);
      await connectToTenant(deps, mailbox.id);
      children.push(await start(), await start());
      for (let delivered = 0; delivered < MAILS; delivered += BATCH) {
        const share = (delivered + BATCH) / MAILS;
        injected.upTo(share);
        deliver(tenant, delivered, clock.now());
        while (injected.resets < RESETS * share) injected.reset();
        while (kills < KILLS * share) {
          await pause(100 + random() * 400);
          children.shift()?.kill('SIGKILL');
          children.push(await start());
          kills += 1;
        }
        await untilFiled(db, (delivered + BATCH) * 0.9, began);
        progress(`${delivered + BATCH} of ${MAILS} came, ${injected.calls()} faults, ${kills} kills`);
      }
      await untilFiled(db, MAILS, began);
      await untilSent(db, began);
      return {
        ...(await judge(db, tenant)),
        'faults of calls': injected.calls(),
        'resets of the delta links': RESETS,
        kills,
      };
    } finally {
      for (const child of children) child.kill('SIGKILL');
      await tenant.stop();
      await db.end();
    }
  },
};

async function startProcess(given: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--import', COMPILED, SCRIPT, ...given], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.stdout === null) throw new Error('a process has a standard output');
  await once(child.stdout, 'data');
  return child;
}

/** Faults over the whole of the run, as many by each share of it as are due by then. */
function injectFaults(tenant: Tenant) {
  let [calls, resets, due] = [0, 0, 0];
  tenant.state.rewritesIds = true;
  tenant.state.fault = () => {
    if (calls >= due || random() > 0.05) return null;
    calls += 1;
    return KINDS[Math.floor(random() * KINDS.length)] ?? null;
  };
  return {
    calls: () => calls,
    upTo: (share: number) => void (due = CALL_FAULTS * share),
    get resets() {
      return resets;
    },
    reset(): void {
      resets += 1;
      tenant.endDeltaLinks();
    },
  };
}

/** A conversation for each contact, whose messages come a round at a time and cite the one before. */
function deliver(tenant: Tenant, from: number, now: Date): void {
  for (let number = from; number < from + BATCH; number += 1) {
    const contact = number % CONTACTS;
    const turn = Math.floor(number / CONTACTS);
    const host = `c${contact}.example`;
    const raw = exchangeMail({
      from: `Contact <c@${host}>`,
      subject: turn === 0 ? `Matter ${contact}` : `AW: [EXTERNAL] Matter ${contact}`,
      messageId: `<${turn}@${host}>`,
      ...(turn === 0 ? {} : { inReplyTo: `<${turn - 1}@${host}>` }),
      text: `Turn ${turn}`,
    }).replaceAll('customer.example', host);
    const arrivedAt = new Date(now.getTime() + (number - from));
    tenant.deliver(raw, arrivedAt, { conversationId: `conversation-${contact}` });
  }
}

async function untilFiled(db: Db, count: number, began: number): Promise<void> {
  for (;;) {
    const [row] = await db<{ filed: number }[]>`select count(*)::int as filed from intake`;
    if ((row?.filed ?? 0) >= count) return;
    ensure(Date.now() - began < MAX_SECONDS * 1000, `${count} messages filed in time, not ${row?.filed}`);
    await pause(200);
  }
}

async function untilSent(db: Db, began: number): Promise<void> {
  for (;;) {
    const [row] = await db<{ left: number }[]>`
      select count(*)::int as left from deliveries where state not in ('sent', 'failed', 'cancelled', 'bounced')`;
    if (row?.left === 0) return;
    ensure(Date.now() - began < MAX_SECONDS * 1000, `every notice sent in time; ${row?.left} are left`);
    await pause(200);
  }
}

async function judge(db: Db, tenant: Tenant) {
  const [row] = await db<{ filed: number; requests: number; disordered: number; kept: number }[]>`
    with turns as (
      select m.request_id, substring(m.text from 'Turn ([0-9]+)')::int as turn,
        row_number() over (partition by m.request_id order by m.id) - 1 as place
      from messages m
      where kind = 'inbound'
    )
    select (select count(*)::int from messages where kind = 'inbound') as filed,
      (select count(*)::int from requests) as requests,
      (select count(*)::int from turns where turn <> place) as disordered,
      (select count(*)::int from intake where outcome not in ('opened', 'appended')) as kept`;
  if (row === undefined) throw new Error('a query of counts returns a row');
  ensure(row.filed === MAILS, `${MAILS} messages filed once each, not ${row?.filed}`);
  ensure(row.kept === 0, `nothing in quarantine, not ${row.kept}`);
  ensure(row.requests === CONTACTS, `${CONTACTS} requests, not ${row.requests}`);
  ensure(row.disordered === 0, `each conversation in its order; ${row.disordered} messages are not`);
  const [notices] = await db<{ sent: number; others: number }[]>`
    select count(*) filter (where state = 'sent')::int as sent, count(*) filter (where state <> 'sent')::int as others
    from deliveries`;
  const left = tenant.inFolder('sentitems').map(({ raw }) => headerOf(raw, 'to'));
  ensure(notices?.others === 0, `every notice sent; ${notices?.others} were not`);
  ensure(
    new Set(left).size === left.length && left.length === notices?.sent,
    `${notices?.sent} notices, not ${left.length}`,
  );
  const reading = tenant.calls.filter(({ method }) => method === 'GET').length;
  return {
    'messages, each filed once and in its order': row.filed,
    'notices that left once': left.length,
    'of them left twice': left.length - new Set(left).size,
    'drafts left behind': tenant.inFolder('drafts').length,
    'reading calls a message': (reading / MAILS).toFixed(2),
    'calls a notice, drafts and sending': (
      tenant.calls.filter(({ method }) => method === 'POST').length / left.length
    ).toFixed(2),
  };
}
