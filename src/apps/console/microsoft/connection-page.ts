import { html } from 'hono/html';
import { checkConnection, type ConnectionCheck } from '../../../intake/microsoft/access/check-connection.ts';
import { connectMicrosoft, disconnectMicrosoft } from '../../../intake/microsoft/access/connecting.ts';
import { findMicrosoft } from '../../../intake/microsoft/access/find-connection.ts';
import { beginSignIn, cancelSignIn, openSignIn } from '../../../intake/microsoft/delegated/begin-sign-in.ts';
import { findBegunSignIn } from '../../../intake/microsoft/delegated/find-sign-in.ts';
import { endSignIn } from '../../../intake/microsoft/delegated/finish-sign-in.ts';
import { findMailbox } from '../../../mailboxes/settings/find-mailbox.ts';
import { textField } from '../parts/fields.ts';
import { type Form, readForm } from '../parts/forms.ts';
import { type Html, icon, when } from '../parts/html.ts';
import { leadOut } from '../settings/lead-out.ts';
import { settingsPage } from '../settings/settings-page.ts';
import type { Pages } from '../shell/pages.ts';
import { orAgain } from '../shell/refused.ts';
import { done } from '../shell/respond.ts';
import { idIn, type Visit } from '../shell/visit.ts';
import { appIn, connectForm, credentialsIn, script, steps } from './connect-form.ts';
import { signInCard } from './sign-in-card.ts';
import { standing } from './standing.ts';
import { microsoftWords } from './words.ts';

const PATH = '/settings/mailboxes/:id{[0-9]+}/microsoft';

type Told = { readonly alert: string | null; readonly check: ConnectionCheck | null };

/** How a mailbox is connected to Microsoft 365, step by step, with the script that narrows the app to it, and its check. */
export function microsoftHandlers(pages: Pages): void {
  pages.get(PATH, (visit) => show(visit, { alert: null, check: null }));
  pages.post(PATH, async (visit) => {
    const form = await readForm(visit.c);
    return orAgain(
      visit,
      () => act(visit, form),
      (alert) => show(visit, { alert, check: null }),
    );
  });
  pages.get('/settings/microsoft/callback', async (visit) => {
    const query = (name: string) => visit.c.req.query(name) ?? null;
    const answer = { code: query('code'), error: query('error'), state: query('state') ?? '' };
    const { mailboxId } = await endSignIn(visit.deps, visit.actor, { ...answer, session: visit.session });
    return done(visit, `/settings/mailboxes/${mailboxId}/microsoft`, { did: 'saved' });
  });
}

async function act(visit: Visit, form: Form): Promise<Response> {
  const { deps, actor, c } = visit;
  const mailboxId = idIn(c) ?? 0;
  const way = form.text('way');
  switch (form.text('verb')) {
    case 'check': {
      const input = { mailboxId, foreign: form.line('foreign') };
      return show(visit, { alert: null, check: await checkConnection(deps, actor, input) });
    }
    case 'disconnect':
      await disconnectMicrosoft(deps, actor, { mailboxId });
      break;
    case 'cancel':
      await cancelSignIn(deps, actor, { mailboxId });
      break;
    case 'authorize': {
      const { url } = await openSignIn(deps, actor, { mailboxId, session: visit.session });
      return leadOut(visit, 'mailboxes', { url, words: visit.say(microsoftWords).toMicrosoft });
    }
    default:
      if (way === 'device' || way === 'browser') {
        const app = { ...appIn(form), secret: form.line('secret') };
        await beginSignIn(deps, actor, { mailboxId, way, app });
        return c.redirect(`/settings/mailboxes/${mailboxId}/microsoft`, 303);
      }
      await connectMicrosoft(deps, actor, {
        mailboxId,
        ...appIn(form),
        credentials: credentialsIn(form),
      });
  }
  return done(visit, `/settings/mailboxes/${mailboxId}/microsoft`, { did: 'saved' });
}

async function show(visit: Visit, { alert, check }: Told): Promise<Response> {
  const { deps, actor } = visit;
  const words = visit.say(microsoftWords);
  const mailboxId = idIn(visit.c) ?? 0;
  const mailbox = await findMailbox(deps, actor, { mailboxId });
  const connection = await findMicrosoft(deps, actor, { mailboxId });
  const signIn = await findBegunSignIn(deps, actor, { mailboxId });
  const content = html`<h2>${words.title}: ${mailbox.address}</h2>
    <div data-live="microsoft" class="stack">
      ${when(connection, (found) => standing(visit, found).shown)}
      ${when(signIn, (begun) => signInCard(visit, begun))}
    </div>
    ${when(check, (found) => checked(visit, found))}
    ${when(
      connection,
      () =>
        html`<form method="post" class="stack card">
          ${textField({ label: words.foreign, name: 'foreign', type: 'email' })}
          <div class="verbs">
            <button class="primary" name="verb" value="check">${words.check}</button>
            <button class="danger" name="verb" value="disconnect">${words.disconnect}</button>
          </div>
        </form>`,
    )}
    <p>${words.lead}</p>
    ${steps(visit, connection !== null)}
    ${when(connection?.kind === 'delegated' ? null : connection, (found) => script(visit, found))}
    ${connectForm(visit, connection)}`;
  return settingsPage(visit, 'mailboxes', { content, alert, about: mailbox.address });
}

function checked(visit: Visit, { ok, lines }: ConnectionCheck): Html {
  return html`<ul class="hint ${ok ? 'good' : 'bad'}" role="status" lang="en">
    ${lines.map((line) => html`<li>${icon(ok ? 'circle-check' : 'triangle-alert', visit.deps.assets)} ${line}</li>`)}
  </ul>`;
}
