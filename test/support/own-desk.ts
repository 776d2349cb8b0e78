import type { ParsePool } from '../../src/mail/reading/parse-pool.ts';
import type { Db } from '../../src/platform/db/connect.ts';
import { testApp, testPeople } from './app.ts';
import { testMailbox } from './intake.ts';
import { MARIA, requesterProvider, requesterToken } from './requester.ts';

export const OTTO = requesterToken('otto@example.org', 'Otto');
export const NEW = { mailbox: 'support@desk.example.com', subject: 'My parcel', text: 'It has not come.' };

export type Own = {
  readonly id: number;
  readonly status: string;
  readonly free: boolean;
  readonly messages: readonly {
    id: number;
    by: string;
    text: string;
    attachments: { id: number; name: string; size: number }[];
  }[];
};

/** A desk with an operator, and two people who have no need of email. */
export async function ownDesk(db: Db, parsePool: ParsePool) {
  const made = testApp(db, { parsePool, identityProvider: requesterProvider });
  const mailbox = await testMailbox(made.deps);
  const { ann } = await testPeople(made.deps, ['Ann']);
  const as =
    (token: string) =>
    async <Body = Own>(method: string, path: string, body?: unknown, headers = {}): Promise<Body> => {
      const response = await made.call(method, path, { token, body, headers });
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as Body;
    };
  return { ...made, mailbox, ann, maria: as(MARIA), otto: as(OTTO), operator: as(ann.token) };
}
