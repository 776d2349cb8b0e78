import { connect, type Db } from '../../src/platform/db/connect.ts';
import { nothing, measured, openDesk, perOne } from './cost.ts';
import { post } from './posts.ts';
import type { Subject } from './subject.ts';
import type { Table } from './table.ts';

const RULES = 50;
const MAILS = 120;
const ROUNDS = 4;
const KINDS = ['no rules', '50 rules, none hits', '50 rules, two hit'] as const;

/** What 50 rules add to the filing of a 2 KB mail, in turns on one desk in one run: a ratio of CPU, at most 1.10. */
export async function benchRules(subject: Subject, table: Table): Promise<void> {
  const desk = await openDesk(subject);
  const db = connect(subject.url, { max: 1 });
  try {
    await insertRules(db);
    await post(desk.url, { mails: 200, batch: 1, atOnce: 4 });
    const costs = new Map(KINDS.map((kind) => [kind, nothing()]));
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const kind of KINDS) {
        await db`
          update rules
          set enabled = case when ${kind} = 'no rules' then false when ${kind} = '50 rules, two hit' then position <= 50
            else position > 2 and position <= 52 end`;
        await post(desk.url, { mails: 10, batch: 1, atOnce: 4 });
        await measured(subject, desk.usage, costs.get(kind) ?? nothing(), async () => {
          await post(desk.url, { mails: MAILS, batch: 1, atOnce: 4 });
          return MAILS;
        });
      }
    }
    const rows = KINDS.map((kind) => [kind, perOne(costs.get(kind) ?? nothing())] as const);
    for (const [kind, row] of rows) table.cost(`first mail, ${kind}`, subject.name, row);
    const [without, ...withRules] = rows.map(([, { nodeMs, postgresMs }]) => nodeMs + (postgresMs ?? 0));
    for (const [index, cpu] of withRules.entries())
      table.figure(
        `CPU ÷ without rules, ${KINDS[index + 1] ?? ''}`,
        subject.name,
        (cpu / (without ?? 1)).toFixed(3),
      );
  } finally {
    await db.end();
    await desk.stop();
  }
}

/** The first two hit every mail; each of the others looks at its sender, subject and words in vain. */
async function insertRules(db: Db): Promise<void> {
  const rules = Array.from({ length: RULES + 2 }, (_, index) => ({
    position: index + 1,
    conditions:
      index < 2
        ? [{ field: 'words', value: ['dull desk'] }]
        : [
            { field: 'sender', value: [`shop-${index}.example`, `*@*.shop-${index}.example`] },
            { field: 'subject', value: [`offer ${index}`] },
            { field: 'words', value: [`refund ${index}`, 'invoice*'] },
          ],
    actions: index === 0 ? [{ type: 'priority', value: 'P2' }] : [{ type: 'tags', value: [`tag-${index}`] }],
  }));
  for (const { position, conditions, actions } of rules)
    await db`
      insert into rules
        (mailbox_id, position, name, enabled, trigger, match, conditions, actions, stop, created_at, updated_at)
      select id, ${position}, ${`Rule ${position}`}, false, 'mail', 'any', ${db.json(conditions)}, ${db.json(actions)}, false,
        now(), now()
      from mailboxes`;
}
