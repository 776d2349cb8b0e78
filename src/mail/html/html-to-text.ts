import { Tokenizer } from 'htmlparser2';

/** Elements whose content is not text. */
const hidden = new Set(['script', 'style', 'title', 'template']);
const lines = new Set(
  'hr,tr,li,dt,dd,caption,option,div,section,article,header,footer,main,aside,nav,form,fieldset,address,center'.split(
    ',',
  ),
);
const paragraphs = new Set('p,h1,h2,h3,h4,h5,h6,ul,ol,dl,table,blockquote,pre'.split(','));

/** The readable text of an HTML mail: blocks as lines, list items and quotes marked, links with their address. Linear in the length. */
export function htmlToText(html: string): string {
  const text = render(html, hidden);
  if (text !== '' || html.trim() === '') return text;
  // A title, style or comment that is never closed swallows the whole mail: better its source than nothing.
  return render(html.replaceAll(/<(?:!--|\/?(?:style|title|template)\b)/gi, '<i '), new Set(['script']));
}

/** Over the tokenizer alone: the full parser keeps a stack of open elements, which takes minutes for 400,000 of them. */
function render(html: string, skipped: ReadonlySet<string>): string {
  const page = writer();
  const wanted = new Set(['href', 'alt']);
  let skipping: string | null = null;
  let tag = '';
  let attribute = '';
  let attributes: Record<string, string> = {};
  let link: { href: string; from: number } | null = null;

  const opened = (): void => {
    if (skipping === null && skipped.has(tag)) skipping = tag;
    if (tag === 'a') link = { href: (attributes.href ?? '').trim(), from: page.length() };
    if (skipping === null) openElement(page, tag, attributes);
  };
  const addToAttribute = (text: string): void => {
    if (wanted.has(attribute)) attributes[attribute] = (attributes[attribute] ?? '') + text;
  };
  const ignore = (): void => undefined;
  const tokenizer = new Tokenizer(
    { decodeEntities: true },
    {
      ontext: (start, end) => void (skipping === null && page.words(html.slice(start, end))),
      ontextentity: (code) => void (skipping === null && page.words(String.fromCodePoint(code))),
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
          closeElement(page, name);
        }
      },
      oncdata: (start, end) => page.words(html.slice(start, end)),
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

function openElement(page: Writer, name: string, attributes: Record<string, string>): void {
  if (name === 'br') page.newLine();
  else if (paragraphs.has(name)) page.breakLine(2);
  else if (lines.has(name)) page.breakLine(1);
  if (name === 'pre') page.preformatted(1);
  if (name === 'blockquote') page.quote(1);
  if (name === 'td' || name === 'th') page.words(' ');
  if (name === 'li') page.words('* ');
  if (name === 'img' && attributes.alt?.trim()) page.words(`[${attributes.alt.trim()}]`);
}

function closeElement(page: Writer, name: string): void {
  if (name === 'pre') page.preformatted(-1);
  if (name === 'blockquote') page.quote(-1);
  if (paragraphs.has(name)) page.breakLine(2);
  else if (lines.has(name)) page.breakLine(1);
}

function writeLink(page: Writer, link: { href: string; from: number } | null): null {
  if (link === null || !/^(?:https?|ftp|mailto):/i.test(link.href) || link.href.length > 2000) return null;
  const shown = page.since(link.from).trim();
  const address = link.href.replace(/^mailto:/i, '');
  if (shown !== '' && !shown.includes(address.replace(/\/$/, ''))) page.words(` <${address}>`);
  return null;
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
        text.split('\n').forEach((line, index) => {
          if (index > 0) newLine();
          if (line.trimEnd() !== '') emit(line.trimEnd());
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
