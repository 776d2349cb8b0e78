import { expect, test } from 'vitest';
import { fillPastWeeks } from '../../src/apps/demo/past-weeks.ts';
import { addSampleTeams } from '../../src/apps/demo/desk/sample-teams.ts';
import { addOperator } from '../../src/people/operators/add-operator.ts';
import { addTeam } from '../../src/people/teams/save-team.ts';
import { openSession } from '../../src/people/credentials/open-session.ts';
import { testApp } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { testDesk } from '../support/desk.ts';
import { rebuildReports } from '../../src/requests/reports/rebuild-reports.ts';

const { db } = await testDatabase();

test('the overview draws six weeks with their numbers, in either language and without a script, and each table is CSV', async () => {
  const made = testApp(db, { publicUrl: 'http://desk.example.com' });
  const { ada, ann, mailboxId } = await testDesk(made.deps, ['Ada', 'Ann']);
  // What a start that was cut short has left is taken up.
  const mia = await addOperator(
    made.deps,
    { kind: 'system' },
    { email: 'mia@example.com', name: 'Mia Lang', role: 'lead' },
  );
  await addTeam(made.deps, ada.actor, {
    name: 'Workshop',
    mailboxIds: null,
    memberIds: [],
    leadIds: [mia.id],
  });
  await fillPastWeeks(made.deps, ada.actor, { mailboxId });
  await addSampleTeams(made.deps, ada.actor, { mailboxId });
  expect((await rebuildReports({ db })).differed).toBe(0);
  const sessions = await db.begin(async (tx) => ({
    ada: (await openSession(tx, ada.id, made.clock.now())).session,
    ann: (await openSession(tx, ann.id, made.clock.now())).session,
  }));
  const get = async (path: string, who: 'ada' | 'ann' = 'ada', language = 'en') => {
    const headers = { cookie: `mailroom=${sessions[who]}`, 'accept-language': language };
    const response = await made.app.request(path, { headers });
    return { status: response.status, text: await response.text(), headers: response.headers };
  };
  const shown = await get('/overview?days=30&compare=team');
  expect(shown.status).toBe(200);
  for (const words of ['Opened and closed each day', 'Time to the resolution', 'Workshop', 'Promises kept'])
    expect(shown.text).toContain(words);
  const report = (path: string) => made.call('GET', path, { token: ada.token });
  const { total } = (await (
    await report('/v1/reports/volume?from=2026-10-24&to=2026-11-22&timeZone=UTC')
  ).json()) as { total: { opened: number } };
  expect(total.opened).toBeGreaterThan(50);
  expect(shown.text).toContain(`<dd class="large">${total.opened}</dd>`);
  const [link = ''] = /\/overview\/first-answer\.csv\?[^"]*by=day/.exec(shown.text) ?? [];
  const csv = await get(link.replaceAll('&amp;', '&'));
  expect(csv.headers.get('content-disposition')).toBe('attachment; filename="first-answer.csv"');
  expect(csv.text.split('\r\n')).toHaveLength(32);
  const russian = (await get('/overview?days=7', 'ada', 'ru')).text;
  for (const words of ['Открыто и закрыто за день', '>14 дней<']) expect(russian).toContain(words);
  expect(russian).toMatch(/>из \d+ оцен/);
  // An agent is offered no teams, and one that is asked for all the same is not compared.
  expect((await get('/overview?compare=team', 'ann')).text).not.toContain('Workshop');
  expect((await get('/overview/volume.csv?by=team', 'ann')).status).toBe(403);
  expect((await get('/overview/secrets.csv')).status).toBe(404);
  expect((await get('/overview?from=2026-11-22&to=2026-11-01')).status).toBe(422);
  // A day that there is not is as if no day were named.
  expect((await get('/overview?from=2026-02-30')).status).toBe(200);
});
