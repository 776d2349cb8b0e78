import { Tokenizer } from 'htmlparser2';
import { withoutDirectionMarks } from '../text.ts';
import { linkTarget } from './link-target.ts';
import type { ListNumbers } from './list-numbers.ts';
import { listNumbers } from './list-numbers.ts';
import { shownHtml } from './shown-html.ts';

/** Elements whose content is not text. */
const hidden = new Set(['script', 'style', 'title', 'template', 'noscript', 'textarea', 'select']);
const lines = new Set(
  'hr,tr,li,dt,dd,caption,option,div,section,article,header,footer,main,aside,nav,form,fieldset,address,center'.split(
    ',',
  ),
);
const paragraphs = new Set('p,h1,h2,h3,h4,h5,h6,ul,ol,dl,table,blockquote,pre'.split(','));

/** The readable text of an HTML email: blocks as lines, list items and quotes marked, links with their address, hidden words left out. Linear in the length. */
export function htmlToText(source: string): string {
  const html = shownHtml(source);
  const text = render(html, hidden);
  if (text !== '' || source.trim() === '' || render(source, hidden) !== '') return text;
  // A title, style or comment that is never closed swallows the whole email: its source is better than nothing.
  return render(source.replaceAll(/<(?:!--|\/?(?:style|title|template)\b)/gi, '<i '), new Set(['script']));
}

/** Over the tokenizer alone: the full parser keeps a stack of open elements, which takes minutes for 400,000 of them. */
function render(html: string, skipped: ReadonlySet<string>): string {
  const page = writer();
  const lists = listNumbers();
  const wanted = new Set(['href', 'alt', 'style', 'start', 'type', 'value', 'reversed']);
  let skipping: string | null = null;
  let tag = '';
  let attribute = '';
  let attributes: Record<string, string> = {};
  let link: Link | null = null;
  /** The element that keeps its blanks and line breaks, and how many of its name stand open in it. */
  let kept: { readonly name: string; inside: number } | null = null;

  const opened = (): void => {
    if (skipping === null && skipped.has(tag)) skipping = tag;
    if (tag === 'a') link = { href: attributes['href'] ?? '', from: page.length(), holdsImage: false };
    if (tag === 'img' && link !== null) link = { ...link, holdsImage: true };
    if (skipping !== null) return;
    openElement(page, lists, tag, attributes);
    if (kept !== null) kept.inside += kept.name === tag ? 1 : 0;
    else if (tag === 'pre' || keepsBlanks(attributes['style'])) {
      kept = { name: tag, inside: 0 };
      page.preformatted(1);
    }
  };
  const addToAttribute = (text: string): void => {
    if (wanted.has(attribute)) attributes[attribute] = (attributes[attribute] ?? '') + text;
  };
  const write = (text: string): void =>
    void (skipping === null && page.words(link === null ? text : withoutDirectionMarks(text)));
  const ignore = (): void => undefined;
  const tokenizer = new Tokenizer(
    { decodeEntities: true },
    {
      ontext: (start, end) => write(html.slice(start, end)),
      ontextentity: (code) => write(String.fromCodePoint(code)),
      onopentagname: (start, end) => {
        tag = html.slice(start, end).toLowerCase();
        attributes = {};
      },
      onattribname: (start, end) =>
        void (attribute = html.slice(start, Math.min(end, start + 20)).toLowerCase()),
      onattribdata: (start, end) => addToAttribute(html.slice(start, Math.min(end, start + 4000))),
      onattribentity: (code) => addToAttribute(String.fromCodePoint(code)),
      onattribend: ignore,
      onopentagend: opened,
      onselfclosingtag: opened,
      onclosetag: (start, end) => {
        const name = html.slice(start, end).toLowerCase();
        if (name === skipping) skipping = null;
        else if (skipping === null) {
          if (name === 'a') link = writeLink(page, link);
          closeElement(page, lists, name);
          if (kept?.name === name && kept.inside-- === 0) {
            kept = null;
            page.preformatted(-1);
          }
        }
      },
      oncdata: (start, end) => write(html.slice(start, end)),
      oncomment: ignore,
      ondeclaration: ignore,
      onprocessinginstruction: ignore,
      onend: ignore,
    },
  );
  tokenizer.write(html);
  tokenizer.end();
  return page.text();
}

function openElement(
  page: Writer,
  lists: ListNumbers,
  name: string,
  attributes: Record<string, string>,
): void {
  if (name === 'br') page.newLine();
  else if (paragraphs.has(name)) page.breakLine(2);
  else if (lines.has(name)) page.breakLine(1);
  if (name === 'ol' || name === 'ul') lists.open(name, attributes);
  if (name === 'blockquote') page.quote(1);
  if (name === 'td' || name === 'th') page.words(' ');
  if (name === 'li') page.words(lists.item(attributes, '* '));
  const alt = withoutDirectionMarks(attributes['alt'] ?? '').trim();
  if (name === 'img' && alt !== '') page.words(`[${alt}]`);
}

function closeElement(page: Writer, lists: ListNumbers, name: string): void {
  if (name === 'ol' || name === 'ul') lists.close();
  if (name === 'blockquote') page.quote(-1);
  if (paragraphs.has(name)) page.breakLine(2);
  else if (lines.has(name)) page.breakLine(1);
}

type Link = { readonly href: string; readonly from: number; readonly holdsImage: boolean };

function writeLink(page: Writer, link: Link | null): null {
  if (link === null) return null;
  const target = linkTarget(link.href, page.since(link.from), link.holdsImage);
  if (target !== '') page.words(` ${target}`);
  return null;
}

/** Some programs write plain line breaks and keep them by `white-space: pre`. */
function keepsBlanks(style = ''): boolean {
  return style !== '' && /white-space\s{0,5}:\s{0,5}(?:pre|break-spaces)/i.test(style);
}

type Writer = ReturnType<typeof writer>;

/** Collects words, collapsing blanks and owing line breaks until the next word, so that none pile up. */
function writer() {
  const out: string[] = [];
  let preformatted = 0;
  let quoted = 0;
  /** Line breaks before the next word; -1 before the first one. */
  let owed = -1;
  let space = false;

  const emit = (word: string): void => {
    if (owed > 0) out.push('\n'.repeat(owed));
    if (owed !== 0 && quoted > 0) out.push('> '.repeat(Math.min(quoted, 10)));
    if (owed === 0 && space) out.push(' ');
    owed = 0;
    space = false;
    out.push(word);
  };
  const newLine = (): void => {
    if (owed >= 0) owed = Math.min(owed + 1, 3);
    space = false;
  };
  return {
    newLine,
    breakLine: (count: number): void => {
      if (owed >= 0) owed = Math.max(owed, count);
      space = false;
    },
    preformatted: (by: number): void => void (preformatted = Math.max(0, preformatted + by)),
    quote: (by: number): void => void (quoted = Math.max(0, quoted + by)),
    words: (text: string): void => {
      if (preformatted > 0) {
        text.split('\n').forEach((line, index, all) => {
          if (index > 0) newLine();
          const words = line.trimEnd();
          if (words !== '') emit(words);
          if (index === all.length - 1 && words !== line) space = true;
        });
        return;
      }
      for (const word of text.split(/([ \t\r\n\f]+)/)) {
        if (/^[ \t\r\n\f]/.test(word)) space = true;
        else if (word !== '') emit(word);
      }
    },
    length: (): number => out.length,
    since: (from: number): string => out.slice(from, from + 200).join(''),
    text: (): string => out.join('').trim(),
  };
}
