import { escapedDirectionMarks } from '../text.ts';

/** What stands behind a link's words in text: its address in brackets, unless the words are the address; '' for a link to nowhere. */
export function linkTarget(href: string, shown: string, holdsImage: boolean): string {
  const target = escapedDirectionMarks(href.trim());
  if (target.length > 2000 || !/^(?:https?:\/\/[^/\\]|ftp:|mailto:)/i.test(target)) return '';
  const address = target.replace(/^mailto:/i, '');
  const words = shown.trim();
  if (words === '' ? !holdsImage : words.includes(address.replace(/\/$/, ''))) return '';
  return `<${address}>`;
}
