import { serveJira } from '../../src/apps/demo/jira/serve-jira.ts';
import type { FaultKind } from '../../src/apps/demo/jira/faults.ts';
import { connectJira } from '../../src/integrations/jira/connections/connect.ts';
import { UNMAPPED } from '../../src/integrations/jira/mappings/mapping.ts';
import { upsertMapping } from '../../src/integrations/jira/mappings/queries.ts';
import { workJira } from '../../src/integrations/jira/work-jira.ts';
import { connect, type Db } from '../../src/platform/db/connect.ts';
import { START, testApp, testClock } from '../support/app.ts';
import { adfFault } from '../support/adf-schema.ts';
import { chance } from '../support/chance.ts';
import { insertDesk } from '../support/desk.ts';
import { personComment, textIn } from '../support/jira.ts';
import { ensure, type Proof } from './proof.ts';

const LINKS = 5000;
const FAULTS = 500;
const KINDS: readonly FaultKind[] = [
  'lost',
  'lost',
  'lost',
  'error',
  'html',
  'burst',
  'per-issue',
  'unauthorized',
  'quota',
];
const PRIVATE = 'for developers only';
const random = chance('jira');

/** Requests become issues, both sides write, and one call in a hundred or so goes wrong in one way or another. */
export const jira: Proof = {
  name: 'jira',
  title:
    '5,000 requests tied to Jira issues, with 500 faults on the way: nothing twice, nothing private sent',
  async run({ url, progress }) {
    const db = connect(url, { max: 8 });
    const clock = testClock();
    const served = await serveJira({ clock, adfFault });
    const { deps } = testApp(db, { clock, atlassian: served.atlassian });
    const { world, bot, faults } = served.jira;
    let injected = 0;
    const rate = FAULTS / (LINKS * 6);
    faults.decide = (method) => {
      if (injected >= FAULTS || (method === 'GET' && random() > 0.3) || random() > rate * 2) return null;
      injected += 1;
      return KINDS[Math.floor(random() * KINDS.length)] ?? null;
    };
    const settle = async (what: string): Promise<void> => {
      for (let look = 0; look < 400; look += 1) {
        await workJira(deps);
        const [left] = await db<{ left: number }[]>`
          select (select count(*) from jira_issues where state <> 'linked' or read_due)
            + (select count(*) from jira_changes where state <> 'done') as left`;
        progress(`${what}: ${world.issues.length} issues, ${injected} faults, ${left?.left ?? 0} left`);
        if (left?.left === 0 && look > 0) return;
        clock.advance(61_000);
      }
      throw new Error(`${what} did not settle by itself`);
    };
    try {
      const desk = await insertDesk(db);
      const { connectionId } = await connectJira(deps, { kind: 'system' }, {
        kind: 'api_token', name: 'Jira', deployment: 'cloud', siteUrl: served.siteUrl, personal: false,
        email: bot.email, token: bot.apiToken, tokenEndsAt: null,
      }); // prettier-ignore
      await db.begin(
        (tx) =>
        upsertMapping(tx, {
          ...UNMAPPED, mailboxId: desk.mailboxId, connectionId, always: true, projectKey: 'DEV', board: null,
          issueTypeId: '10001', issueType: 'Task',
        }, START), // prettier-ignore
      );
      await open(db, desk);
      await settle('making issues');
      clock.advance(1000);
      const dana = world.addAccount('Dana Dev');
      for (const [n, issue] of world.issues.entries()) {
        personComment(served.jira, issue, dana, `#reply answer ${n}.`);
        personComment(served.jira, issue, dana, `${PRIVATE} ${n}`);
        if (n % 3 === 0)
          personComment(served.jira, issue, dana, `#reply ${PRIVATE} ${n}`, {
            visibility: { type: 'role', value: 'Developers' },
          });
      }
      await write(db, desk, clock.now());
      clock.advance(301_000);
      await settle('both sides write');
      return await look(db, { world, bot, injected });
    } finally {
      await served.close();
      await db.end();
    }
  },
};

async function open(db: Db, desk: { readonly mailboxId: number; readonly contactId: number }): Promise<void> {
  await db`
    insert into requests (mailbox_id, contact_id, subject, status, reply_tag, created_at, updated_at, last_message_at)
    select ${desk.mailboxId}, ${desk.contactId}, 'Request ' || n, 'new',
      translate(lpad(n::text, 16, 'a'), '0189', 'bcde'), ${START}, ${START}, ${START}
    from generate_series(1, ${LINKS}) as n`;
  await write(db, desk, START);
}

/** A message of the contact's in every request. */
async function write(
  db: Db,
  desk: { readonly mailboxId: number; readonly contactId: number },
  at: Date,
): Promise<void> {
  const from = { name: 'Maria', address: 'maria@example.org' };
  await db`
    insert into messages
      (request_id, mailbox_id, kind, direction, author_kind, author_contact_id, from_address, to_addresses, subject, text,
       visible_text, internet_message_id, matched_by, authenticity, class, created_at)
    select id, ${desk.mailboxId}, 'inbound', 'in', 'contact', ${desk.contactId}, ${db.json(from)}, '[]', subject, 'hello',
      'hello ' || id, '<' || gen_random_uuid() || '@example.org>', 'new', 'verified', 'human', ${at}
    from requests
    order by id`;
  await db`update requests set updated_at = ${at}, last_message_at = ${at}`;
}

async function look(
  db: Db,
  {
    world,
    bot,
    injected,
  }: {
    readonly world: { readonly issues: readonly any[] };
    readonly bot: unknown;
    readonly injected: number;
  },
) {
  ensure(world.issues.length === LINKS, `${LINKS} issues, not ${world.issues.length}`);
  const labels = world.issues.flatMap(({ fields }) => fields.labels as string[]);
  ensure(new Set(labels).size === LINKS, 'each issue of another request');
  const told = world.issues.flatMap(({ comments }) =>
    comments.filter((each: any) => each.author === bot).map(({ body }: any) => textIn(body)),
  );
  ensure(
    told.length === LINKS && new Set(told).size === LINKS,
    `each message one comment, not ${told.length}`,
  );
  const mails = await db<{ text: string }[]>`
    select m.text from messages m join deliveries d on d.message_id = m.id where m.kind = 'outbound'`;
  ensure(
    mails.length === LINKS && new Set(mails.map(({ text }) => text)).size === LINKS,
    `each marked comment one mail, not ${mails.length}`,
  );
  ensure(!mails.some(({ text }) => text.includes(PRIVATE)), 'nothing private was sent');
  const [states] = await db<{ doubtful: number }[]>`
    select count(*) as doubtful from jira_issues where state <> 'linked'`;
  ensure(states?.doubtful === 0, 'every doubt settled');
  return {
    links: LINKS,
    'faults injected': injected,
    'issues made twice': 0,
    'comments made twice': 0,
    'mails sent twice': 0,
    'private comments sent': 0,
    'left in doubt': 0,
  };
}
