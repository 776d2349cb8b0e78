import type { Db } from '../../src/platform/db/connect.ts';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import type { Role } from '../../src/people/access/actor.ts';
import { type CallOptions, START, testApp, testOperator } from './app.ts';
import type { TestDatabase } from './database.ts';
import { insertInbound, insertRequest, testDesk } from './desk.ts';
import { MARIA, requesterProvider } from './requester.ts';

/** Reads what requesters write; the file that has some of them do it closes it. */
export const requestersPool = createParsePool({ size: 1 });

/** One that is not asked for anything before somebody consents. */
export const CONNECTION = {
  kind: 'oauth',
  name: 'Jira',
  siteUrl: 'https://example.atlassian.net',
  clientId: 'client',
  clientSecret: 'secret',
};

/**
 * A desk where the caller has a request of their own, somebody else another, and a third is nobody's. There is a team, which
 * the caller leads unless they are an agent.
 */
export async function rolesDesk(db: Db, role: Role | 'requester') {
  const made = testApp(db, { identityProvider: requesterProvider, parsePool: requestersPool });
  // Maria, whose requests they are, is no operator; Me then is one of another name.
  const me = await testOperator(made.deps, { name: 'Me', role: role === 'requester' ? 'agent' : role });
  const { other, ...found } = await testDesk(made.deps, ['Other']);
  const [free, mine, others] = [await opened(db, found), await opened(db, found), await opened(db, found)];
  await db`update requests set status = 'in_progress', assignee_id = ${me.id} where id = ${mine.id}`;
  await db`update requests set status = 'in_progress', assignee_id = ${other.id} where id = ${others.id}`;
  const [team] = await db<{ id: number }[]>`
    insert into teams (name, created_at, updated_at) values ('Billing', ${START}, ${START}) returning id`;
  const teamId = team?.id ?? 0;
  if (role === 'lead')
    await db`insert into team_members (team_id, operator_id, leads) values (${teamId}, ${me.id}, true)`;
  const call = (method: string, path: string, body?: unknown, options: CallOptions = {}) =>
    made.call(method, path, { token: role === 'requester' ? MARIA : me.token, body, ...options });
  return { ...made, ...found, me, other, free, mine, others, teamId, call };
}
export type RolesDesk = Awaited<ReturnType<typeof rolesDesk>>;

/** Desks for each role as they were made the first time. */
export function keptRolesDesk({ db, keep }: TestDatabase): (role: Role | 'requester') => Promise<RolesDesk> {
  const kept = new Map<
    Role | 'requester',
    { readonly made: RolesDesk; readonly putBack: () => Promise<void> }
  >();
  return async (role) => {
    const found = kept.get(role);
    if (found !== undefined) {
      await found.putBack();
      return found.made;
    }
    const made = await rolesDesk(db, role);
    kept.set(role, { made, putBack: await keep(role) });
    return made;
  };
}

/** A request with two messages of its contact. */
export async function opened(db: Db, found: { readonly mailboxId: number; readonly contactId: number }) {
  const id = await insertRequest(db, found);
  const { messageId } = await insertInbound(db, found, id);
  await insertInbound(db, found, id);
  return { id, messageId, path: `/v1/requests/${id}` };
}
