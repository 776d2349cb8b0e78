import type { MailboxTemplate, NoticeKind } from '../mailbox.ts';
import type { Language } from '../../mail/language.ts';
import { SHIPPED } from './shipped-templates.ts';
import { type Rendered, renderTemplate, type TemplateValues, type TemplateText } from './template.ts';

export type Notice = Rendered & {
  /** Why the mailbox's own template was not used although it has one; null when all is well. */
  readonly fault: string | null;
};

/**
 * Renders a notice in a language, by the mailbox's own template or the shipped one; null if it is switched off. A
 * template that fails on these values falls back to the shipped one, because the contact's message must be filed all
 * the same.
 */
export function renderNotice(
  notice: NoticeKind,
  language: Language,
  templates: readonly MailboxTemplate[],
  values: TemplateValues,
): Notice | null {
  const own = templates.find((each) => each.kind === notice && each.language === language);
  const shipped: TemplateText = { text: SHIPPED[language][notice], html: null };
  if (own === undefined) return { ...renderTemplate(shipped, values), fault: null };
  if (!own.enabled) return null;
  try {
    return { ...renderTemplate(own, values), fault: null };
  } catch (error) {
    return { ...renderTemplate(shipped, values), fault: String(error) };
  }
}
