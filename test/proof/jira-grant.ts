import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { serveJira } from '../../src/apps/demo/jira/serve-jira.ts';
import { SIMULATED_APP } from '../../src/apps/demo/jira/sign-in.ts';
import { askForTokens } from '../../src/integrations/jira/connections/token-endpoint.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { connect } from '../../src/platform/db/connect.ts';
import { createKeyring } from '../../src/platform/keyring.ts';
import { chance } from '../support/chance.ts';
import { ensure, type Proof } from './proof.ts';

const SCRIPT = fileURLToPath(new URL('./jira-refresh-process.ts', import.meta.url));
const REFRESHES = 1000;
const SECRET = 'proof-secret-proof-secret-proof-secret';
const random = chance('jira-grant');

/** Two processes refresh one grant as fast as they can, and one of them is killed again and again. */
export const jiraGrant: Proof = {
  name: 'jira-grant',
  title: 'Two processes refresh the same Jira grant a thousand times, under kills, and are never locked out',
  async run({ url, progress }) {
    const db = connect(url, { max: 2 });
    const served = await serveJira({ clock: systemClock });
    const { jira, atlassian } = served;
    const keyring = createKeyring([SECRET]);
    const children: ChildProcess[] = [];
    try {
      const redirect = 'http://127.0.0.1/callback';
      const query = new URLSearchParams({
        redirect_uri: redirect,
        state: 's',
        scope: 'read:jira-work',
        decide: 'allow',
      });
      const back = await fetch(`${atlassian.authUrl}/authorize?${query.toString()}`, { redirect: 'manual' });
      const code = new URL(back.headers.get('location') ?? '').searchParams.get('code') ?? '';
      const client = { client_id: SIMULATED_APP.id, client_secret: SIMULATED_APP.secret };
      const answer = await askForTokens(
        { atlassian },
        { ...client, grant_type: 'authorization_code', code, redirect_uri: redirect },
      );
      if (answer.kind !== 'tokens') throw new Error('the simulated Atlassian gave no tokens');
      const { access, refresh } = answer.tokens;
      const sealed = keyring.seal(
        JSON.stringify({
          kind: 'oauth',
          clientId: SIMULATED_APP.id,
          clientSecret: SIMULATED_APP.secret,
          tokens: { access, refresh },
        }),
      );
      const [grant] = await db<{ id: number }[]>`
        insert into jira_grants (kind, state, sealed, created_at) values ('oauth', 'active', ${sealed}, now()) returning id`;
      const start = (): ChildProcess =>
        spawn(process.execPath, [SCRIPT, url, atlassian.authUrl, SECRET, String(grant?.id)], {
          stdio: ['ignore', 'ignore', 'inherit'],
        });
      children.push(start(), start());
      let kills = 0;
      while (jira.signIn.state.refreshes < REFRESHES) {
        const before = jira.signIn.state.refreshes;
        // Both are at work before one of them is killed, in the middle of whatever it does.
        while (jira.signIn.state.refreshes < before + 20) await pause(5);
        await pause(random() * 30);
        const victim = children[kills % 2];
        victim?.kill('SIGKILL');
        if (victim !== undefined) await once(victim, 'exit');
        children[kills % 2] = start();
        kills += 1;
        progress(`${jira.signIn.state.refreshes} refreshes, ${kills} kills`);
      }
      for (const child of children) child.kill('SIGKILL');
      const [row] = await db<{ state: string; sealed: string }[]>`select state, sealed from jira_grants`;
      ensure(row?.state === 'active', 'the grant is active');
      const { tokens } = JSON.parse(keyring.open(row?.sealed ?? '')) as { tokens: { refresh: string } };
      const last = await askForTokens(
        { atlassian },
        { ...client, grant_type: 'refresh_token', refresh_token: tokens.refresh },
      );
      ensure(last.kind === 'tokens', 'the token in the row is still taken');
      const [failed] = await db<
        { count: number }[]
      >`select count(*) from jira_grant_events where type = 'error'`;
      ensure(failed?.count === 0, 'no refresh was refused');
      return { refreshes: jira.signIn.state.refreshes, 'processes killed': kills, 'locked out': 0 };
    } finally {
      for (const child of children) child.kill('SIGKILL');
      await served.close();
      await db.end();
    }
  },
};
