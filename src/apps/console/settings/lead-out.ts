import { html } from 'hono/html';
import type { Visit } from '../shell/visit.ts';
import { type SettingsPlace, settingsPage } from './settings-page.ts';

/**
 * Leads the browser on to another site after a form of ours. The policy of our pages lets a form lead nowhere else, and
 * Chromium takes a redirect of its answer for that too: the button would do nothing. A page that goes on by itself may; where
 * it does not, its link does.
 */
export function leadOut(
  visit: Visit,
  place: SettingsPlace,
  to: { readonly url: string; readonly words: string },
): Promise<Response> {
  visit.c.header('refresh', `0; url=${to.url}`);
  const content = html`<p><a class="button primary" href="${to.url}" rel="noreferrer">${to.words}</a></p>`;
  return settingsPage(visit, place, { content });
}
