import type { Language } from '../language.ts';
import type { Address } from '../parsed-mail.ts';
import { linkedPieces } from '../html/linked-pieces.ts';
import { cleanLine } from '../text.ts';

export type QuotedMail = { readonly from: Address | null; readonly at: Date; readonly text: string };

/** The quoted message as plain text: a line that says whose and when, then `> ` before each of its lines. */
export function quoteText(quoted: QuotedMail, language: Language): string {
  const lines = quoted.text.trimEnd().split(/\r\n|\r|\n/);
  const body = lines.map((line) => (line.startsWith('>') || line === '' ? `>${line}` : `> ${line}`));
  return [introduction(quoted, language), '', ...body, ''].join('\n');
}

/** The same as HTML, in the shape by which mail programs fold a quote; made from the text, never from foreign HTML. */
export function quoteHtml(quoted: QuotedMail, language: Language): string {
  return [
    '<div class="gmail_quote">',
    `<div dir="auto" class="gmail_attr">${escapeHtml(introduction(quoted, language))}</div>`,
    '<blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex">',
    breakLines(quoted.text.trimEnd()),
    '</blockquote>',
    '</div>',
  ].join('\n');
}

/**
 * Plain text as HTML: paragraphs at empty lines, line breaks, tabs and leading blanks kept, web addresses as links (Outlook makes
 * none of them by itself), nothing else interpreted.
 */
export function htmlOfText(text: string): string {
  const paragraphs = text
    .replace(/\r\n?/g, '\n')
    .trim()
    .split(/\n[ \t]*\n\s*?/);
  return paragraphs.map((paragraph) => `<p dir="auto">${breakLines(paragraph, withLinks)}</p>`).join('\n');
}

function breakLines(text: string, htmlOf: (text: string) => string = escapeHtml): string {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => line.replaceAll('\t', '    '))
    .map((line) => htmlOf(line.replace(/^ +|  +/g, (blanks) => '\u00a0'.repeat(blanks.length))))
    .join('<br>\n');
}

function withLinks(line: string): string {
  const htmlOf = (text: string, isAddress: boolean): string =>
    isAddress ? `<a href="${escapeHtml(text)}">${escapeHtml(text)}</a>` : escapeHtml(text);
  return linkedPieces(line)
    .map(({ text, isAddress }) => htmlOf(text, isAddress))
    .join('');
}

function escapeHtml(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replaceAll('\u00a0', '&nbsp;');
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

// In UTC, and saying so: the server knows neither the contact's zone nor the operator's.
function introduction({ from, at }: QuotedMail, language: Language): string {
  const time = at.toISOString().slice(11, 16);
  const day = at.getUTCDate();
  const who =
    from === null ? '' : from.name === '' ? from.address : `${cleanLine(from.name)} <${from.address}>`;
  if (language === 'ru') {
    const date = `${String(day).padStart(2, '0')}.${String(at.getUTCMonth() + 1).padStart(2, '0')}.${at.getUTCFullYear()}`;
    return `${date} в ${time} UTC, ${who === '' ? 'вы' : who} пишет:`.replace('вы пишет', 'вы написали');
  }
  return `On ${day} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()} at ${time} UTC, ${who === '' ? 'you' : who} wrote:`;
}
