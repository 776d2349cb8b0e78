import { raw } from 'hono/html';

/**
 * HTML that is not escaped again: what `sanitizeHtml` has let through, in the frame of its email. The one place of the
 * console that trusts text to be HTML; everything else goes through the templates, which escape it.
 */
export function sanitizedHtml(html: string): ReturnType<typeof raw> {
  return raw(html);
}
