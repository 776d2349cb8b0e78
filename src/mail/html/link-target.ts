import { escapedDirectionMarks } from '../text.ts';

/** The suffix a link gets in text: its address in brackets, '' when the words are the address or the link leads nowhere. */
export function linkTarget(href: string, shown: string, holdsImage: boolean): string {
  const target = escapedDirectionMarks(href.trim());
  if (target.length > 2000 || !/^(?:https?:\/\/[^/\\]|ftp:|mailto:)/i.test(target)) return '';
  const address = target.replace(/^mailto:/i, '');
  const words = shown.trim();
  if (words === '' ? !holdsImage : words.includes(address.replace(/\/$/, ''))) return '';
  return `<${address}>`;
}
