import { html } from 'hono/html';
import { signInCallback } from '../../../intake/microsoft/delegated/begin-sign-in.ts';
import type { SignIn } from '../../../intake/microsoft/delegated/find-sign-in.ts';
import { type Html, icon, when } from '../parts/html.ts';
import type { Visit } from '../shell/visit.ts';
import { microsoftWords } from './words.ts';

/** A sign-in that waits for its person: the code and where to enter it, or the button that leads to Microsoft. */
export function signInCard(visit: Visit, signIn: SignIn): Html {
  const words = visit.say(microsoftWords);
  const { fault, way } = signIn;
  // The page looks again by itself while nobody has signed in: that is no event.
  return html`<form
    method="post"
    class="stack card"
    data-heard="${fault === null && way === 'device' ? 'no' : 'yes'}"
  >
    <h3>${words.signIn}</h3>
    ${when(
      fault,
      (why) =>
        html`<p class="hint bad" role="status">
          ${icon('triangle-alert', visit.deps.assets)} <q lang="en">${why}</q>
        </p>`,
    )}
    ${when(fault === null && way === 'device', () => code(visit, signIn))}
    ${when(
      way === 'browser',
      () =>
        html`<p>${words.callback}</p>
          <p><code class="value">${signInCallback(visit.deps)}</code></p>`,
    )}
    <div class="verbs">
      ${when(
        way === 'browser',
        () => html`<button class="primary" name="verb" value="authorize">${words.toMicrosoft}</button>`,
      )}
      <button name="verb" value="cancel">${words.cancel}</button>
    </div>
  </form>`;
}

function code(visit: Visit, { userCode, verificationUrl, expiresAt }: SignIn): Html {
  const words = visit.say(microsoftWords);
  return html`<p>${words.enterCode}</p>
    <p><strong class="sign-in-code" dir="ltr">${userCode}</strong></p>
    <p>
      <a class="button primary" href="${verificationUrl}" target="_blank" rel="noopener noreferrer"
        >${words.toMicrosoft}</a
      >
    </p>
    <p class="quiet" role="status">
      ${icon('clock', visit.deps.assets)} ${words.waits} ${visit.format.time(expiresAt)}
    </p>`;
}
