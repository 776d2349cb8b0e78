import type { ParsePool } from '../../src/mail/reading/parse-pool.ts';
import type { Db } from '../../src/platform/db/connect.ts';
import { testApp, testOperator } from './app.ts';
import { testMailbox } from './intake.ts';

export const RULES = '/v1/mailboxes/1/rules';

/** A desk with a mailbox, its lead, and what rules did in it. */
export async function ruleDesk(db: Db, parsePool: ParsePool) {
  const made = testApp(db, { parsePool });
  const mailbox = await testMailbox(made.deps);
  const lea = await testOperator(made.deps, { name: 'Lea' });
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await made.call(method, path, { token: lea.token, body });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} ${response.status} ${text}`);
    return JSON.parse(text === '' ? '{}' : text) as Record<string, never>;
  };
  const rule = (body: object) => call('POST', RULES, { name: 'VIP', ...body });
  const canned = async (text: string): Promise<number> =>
    (await call('POST', '/v1/canned-replies', { scope: 'desk', name: 'Thanks', text })).id!;
  const events = async (requestId: number, ...types: readonly string[]) => {
    const rows = await db<{ type: string; new: Record<string, unknown> | null }[]>`
      select type, new from events where request_id = ${requestId} and type = any(${types}) order by id`;
    return rows.map((row) => row.new);
  };
  const notices = async () =>
    (await db<{ notice: string }[]>`select notice from messages where notice is not null order by id`).map(
      ({ notice }) => notice,
    );
  return { ...made, mailbox, lea, request: made.call, call, rule, canned, events, notices };
}

export const P1 = { type: 'priority', value: 'P1' };
export const VIP = { field: 'sender', value: ['customer.example'] };
