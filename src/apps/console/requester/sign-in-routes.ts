import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { html } from 'hono/html';
import { queueDeskMail } from '../../../outbox/desk-mail/queue-desk-mail.ts';
import type { OutboxDeps } from '../../../outbox/deps.ts';
import { type ApiRoutes, apiRoutes, type AppEnv } from '../../../people/access/app-env.ts';
import { countAttempts } from '../../../people/callers/attempts.ts';
import { requireOwnPage, sessionCookie } from '../../../people/callers/session-cookie.ts';
import { mailAddress } from '../../../people/contacts/mail-address-schema.ts';
import { askLink, LINK_WINDOW_MS } from '../../../people/requesters/ask-link.ts';
import {
  acceptRequesterLink,
  canRequesterSignIn,
  endRequesterSession,
} from '../../../people/requesters/sign-in-requester.ts';
import { listAskableMailboxes } from '../../../requests/own/list-askable.ts';
import type { Language } from '../../../mail/language.ts';
import { callerAddress, type TrustedProxies } from '../../../platform/http/caller-address.ts';
import { loadAssets } from '../assets/assets.ts';
import { textField } from '../parts/fields.ts';
import { type Html, when } from '../parts/html.ts';
import { languageAsked } from '../shell/settings.ts';
import { speakerOf } from './frame.ts';
import type { RequesterWords } from './words.ts';

const BY_NETWORK = { most: 30, windowMs: LINK_WINDOW_MS };

export type RequesterSignInDeps = Pick<OutboxDeps, 'db' | 'clock' | 'publicUrl' | 'wakeDeliveries'> & {
  readonly trustedProxies?: TrustedProxies | undefined;
  /** The identity provider's, where one can sign in at its page. */
  readonly provider?: string | undefined;
};

/**
 * How requesters sign in: a link is mailed to the address somebody gives, if one can ask or has asked from there, three within 15
 * minutes, thirty from one network. A GET of the link signs nobody in.
 */
export function requesterSignInRoutes(deps: RequesterSignInDeps): ApiRoutes {
  const routes = apiRoutes();
  const assets = loadAssets();
  const cookie = sessionCookie(deps.publicUrl, 'requester');
  const attempts = countAttempts(deps.clock, BY_NETWORK);
  const show = (c: Context<AppEnv>, body: (words: RequesterWords) => Html, status?: ContentfulStatusCode) => {
    const { words, show } = speakerOf(c, { assets, who: null });
    return show({ title: words.signIn, content: body(words) }, status);
  };
  const stale = (c: Context<AppEnv>) =>
    show(c, (words) => askForm(words, words.linkStale, deps.provider), 400);

  routes.get('/my/sign-in', async (c) => {
    const secret = c.req.query('token');
    if (secret === undefined) return show(c, (words) => askForm(words, null, deps.provider));
    if (!(await canRequesterSignIn(deps, secret))) return stale(c);
    return show(c, (words) => confirmForm(words, secret));
  });
  routes.post('/my/sign-in', async (c) => {
    // Another site could otherwise sign somebody in as somebody else, and read what they then write.
    requireOwnPage(c, deps);
    const form = await c.req.parseBody();
    if (typeof form['token'] === 'string') {
      const opened = await acceptRequesterLink(deps, form['token']);
      if (opened === null) {
        attempts.count(callerAddress(c, deps.trustedProxies));
        return stale(c);
      }
      cookie.write(c, opened.session, opened.expiresAt);
      return c.redirect('/my', 303);
    }
    const email = mailAddress.safeParse(form['email']);
    if (!email.success) return show(c, (words) => askForm(words, words.refused.address, deps.provider), 400);
    attempts.count(callerAddress(c, deps.trustedProxies));
    await queueLink(deps, email.data, languageAsked(c));
    return show(c, (words) => askForm(words, words.linkSent, deps.provider));
  });
  routes.post('/my/sign-out', async (c) => {
    requireOwnPage(c, deps);
    const session = cookie.read(c);
    if (session !== undefined) await endRequesterSession(deps, session);
    cookie.clear(c);
    return c.redirect('/my/sign-in', 303);
  });
  return routes;
}

async function queueLink(deps: RequesterSignInDeps, email: string, language: Language): Promise<void> {
  // Who could neither see nor ask anything here is mailed nothing: a desk without a form would write to whomever a stranger names.
  const askable = await listAskableMailboxes(deps, { kind: 'requester', email, name: '' });
  if (askable.length === 0) return;
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    const link = await askLink(tx, { email, language, at });
    if (link === null) return;
    const worthUntil = new Date(at.getTime() + LINK_WINDOW_MS);
    const mail = { kind: 'requester_sign_in', mailboxId: null, aboutId: link.id, at, worthUntil } as const;
    await queueDeskMail(tx, { ...mail, to: [{ name: '', address: email }] });
  });
  deps.wakeDeliveries();
}

/** A button and nothing else: mail scanners open pages and press none. */
function confirmForm(words: RequesterWords, secret: string): Html {
  return html`<form method="post" action="/my/sign-in" class="stack">
    <input type="hidden" name="token" value="${secret}" />
    <button class="primary" autofocus>${words.openMine}</button>
  </form>`;
}

function askForm(words: RequesterWords, note: string | null, provider: string | undefined): Html {
  return html`${when(note, (text) => html`<p role="status" class="hint">${text}</p>`)}
    ${when(
      provider,
      (host) =>
        html`<p>
          <a class="button primary" href="/sign-in/provider?as=requester">${words.provider(host)}</a>
        </p>`,
    )}
    <p class="quiet">${words.signInHint}</p>
    <form method="post" action="/my/sign-in" class="stack">
      ${textField({ label: words.address, name: 'email', type: 'email', required: true })}
      <button class="primary">${words.sendLink}</button>
    </form>`;
}
