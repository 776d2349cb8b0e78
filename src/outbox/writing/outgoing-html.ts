import { isBlankHtml } from '../../mail/html/is-blank-html.ts';
import { sanitizeHtml } from '../../mail/html/sanitize-html.ts';
import { invalidField } from '../../platform/problems.ts';

/** Sanitised HTML to send; refused if nothing is left, because most people would see an empty message. */
export function outgoingHtml(given: string): string {
  const html = sanitizeHtml(given);
  if (isBlankHtml(html))
    throw invalidField('/html', 'shows nothing; leave it out to have it made from the text');
  return html;
}
