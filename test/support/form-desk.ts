import { composeSignInLink } from '../../src/apps/console/sign-in/compose-link.ts';
import { composeConfirmation } from '../../src/intake/form/compose-confirmation.ts';
import type { ParsePool } from '../../src/mail/reading/parse-pool.ts';
import type { Db } from '../../src/platform/db/connect.ts';
import { testApp, testPeople } from './app.ts';
import { DESK, testMailbox } from './intake.ts';
import { requesterProvider } from './requester.ts';

export const HERE = { 'sec-fetch-site': 'same-origin' };
export const WORDS = {
  name: 'Vera <b>Visitor</b>',
  email: 'vera@example.org',
  subject: 'My <i>parcel</i>',
  text: 'It has not come. <script>alert(1)</script>',
};

/** A desk whose mailbox offers its form, and the browser of who writes there. */
export async function formDesk(db: Db, parsePool: ParsePool) {
  const made = testApp(db, {
    parsePool,
    identityProvider: requesterProvider,
  });
  const mailbox = await testMailbox(made.deps);
  await db`update mailboxes set offers_form = true where id = ${mailbox.id}`;
  const { ada } = await testPeople(made.deps, ['Ada']);
  const get = (path: string, cookie = '', headers = {}) =>
    made.app.request(path, { headers: { ...headers, ...(cookie === '' ? {} : { cookie }) } });
  const post = (
    path: string,
    body: FormData | URLSearchParams,
    headers: Record<string, string> = {},
    remoteAddress = '203.0.113.7',
  ) =>
    made.app.request(
      path,
      { method: 'POST', body, headers: { ...HERE, ...headers } },
      { incoming: { socket: { remoteAddress } } },
    );
  const ask = (
    changes: Record<string, string | File> = {},
    headers: Record<string, string> = {},
    from?: string,
  ) => {
    const form = new FormData();
    for (const [name, value] of Object.entries({ ...WORDS, ...changes })) form.append(name, value);
    return post(`/ask/${DESK}`, form, headers, from);
  };
  /** The secret in the latest email of a kind, composed as the outbox would. */
  const mailed = async (kind: 'form_confirm' | 'requester_sign_in') => {
    const [row] = await db<{ aboutId: number }[]>`
      select about_id from desk_mails where kind = ${kind} order by delivery_id desc limit 1`;
    const composer = kind === 'form_confirm' ? composeConfirmation : composeSignInLink;
    const to = { name: '', address: '' };
    const worthUntil = made.clock.now();
    const mail = { kind, aboutId: row?.aboutId ?? 0, subject: null, text: null, worthUntil, to };
    const written = await composer(made.deps)(mail);
    return { text: written?.text ?? '', token: /token=(mr_[\w-]+)/.exec(written?.text ?? '')?.[1] ?? '' };
  };
  const confirm = (token: string, headers = {}) =>
    post('/ask/confirm', new URLSearchParams({ token }), headers);
  return { ...made, mailbox, ada, get, post, ask, mailed, confirm };
}

export const cookieOf = (response: Response): string =>
  response.headers.get('set-cookie')?.split(';')[0] ?? '';
