import { decodeText } from '../charsets/decode-text.ts';

type Group = {
  /** Nothing in it is text: a table of fonts or colours, a picture, a destination nobody knows. */
  readonly hidden: boolean;
  /** RTF that stands in for the HTML beside it, to be passed over when that HTML is wanted. */
  readonly substitute: boolean;
  readonly inFontTable: boolean;
  readonly charset: string;
  /** How many characters after a `\u` are its replacement for readers without Unicode. */
  readonly replaced: number;
};

/** What a rich text says: HTML where it was made from HTML and still holds it, else plain text. */
export type RichText = { readonly text: string; readonly html: string | null };

const token =
  /\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-f]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)|\\/giy;
const hiddenDestinations = new Set(
  'colortbl,stylesheet,info,pict,object,objdata,header,headerl,headerr,headerf,footer,footerl,footerr,footerf,fldinst,generator,themedata,datastore,listtable,listoverridetable,rsidtbl,xmlnstbl,filetbl,revtbl,mhtmltag'.split(
    ',',
  ),
);
const characters: Record<string, string> = {
  par: '\n', line: '\n', page: '\n', sect: '\n', row: '\n', cell: '\t', tab: '\t', emdash: '—', endash: '–', bullet: '•',
  lquote: '‘', rquote: '’', ldblquote: '“', rdblquote: '”', emspace: ' ', enspace: ' ', zwj: '\u200d', zwnj: '\u200c',
}; // prettier-ignore
/** Code pages of the character sets that font tables name by number. */
const fontCharsets: Record<number, string> = {
  77: 'macintosh', 128: 'cp932', 129: 'cp949', 134: 'cp936', 136: 'cp950', 161: 'cp1253', 162: 'cp1254', 163: 'cp1258', 177: 'cp1255', 178: 'cp1256',
  186: 'cp1257', 204: 'cp1251', 222: 'cp874', 238: 'cp1250',
}; // prettier-ignore
const MAX_DEPTH = 500;
/** A longer text is a file, not an email that somebody wrote. */
const MAX_LENGTH = 8 * 1024 * 1024;

/** Reads RTF, and the HTML or text that [MS-OXRTFEX] wraps in it. Takes anything; linear in the length. */
export function readRtf(bytes: Buffer): RichText {
  const source = bytes.toString('latin1', 0, MAX_LENGTH);
  const fromHtml = /\\fromhtml1?(?![0-9])/.test(source.slice(0, 4096));
  const page = writer();
  const fonts = new Map<number, string>();
  let font = 0;
  let codePage = 'cp1252';
  let group: Group = { hidden: false, substitute: false, inFontTable: false, charset: codePage, replaced: 1 };
  const outer: Group[] = [];
  let optional = false;

  const control = (word: string, value: number | null): void => {
    const character = characters[word];
    if (word === 'ansicpg' && value !== null) codePage = `cp${value}`;
    if (word === 'ansicpg') group = { ...group, charset: codePage };
    else if (word === 'fonttbl') group = { ...group, hidden: true, inFontTable: true };
    else if (word === 'fcharset') fonts.set(font, fontCharsets[value ?? 0] ?? codePage);
    else if (word === 'f') {
      font = value ?? 0;
      if (!group.inFontTable) group = { ...group, charset: fonts.get(font) ?? codePage };
    } else if (word === 'uc') group = { ...group, replaced: Math.min(Math.max(value ?? 1, 0), 10) };
    else if (word === 'htmlrtf') group = { ...group, substitute: value !== 0 };
    else if (word === 'htmltag') group = { ...group, substitute: false, charset: codePage };
    else if (hiddenDestinations.has(word) || optional) group = { ...group, hidden: true };
    else if (!shows(group, fromHtml)) return;
    else if (word === 'u' && value !== null) page.unicode(value, group.replaced);
    else if (character !== undefined) page.text(character);
  };

  for (const [all, word, number, hex, symbol, brace, plain] of source.matchAll(token)) {
    if (brace === '{' && outer.length < MAX_DEPTH) outer.push(group);
    else if (brace === '}') {
      page.newGroup();
      group = outer.pop() ?? group;
    } else if (word?.toLowerCase() === 'bin' || brace === '{') {
      // Mail programs write pictures in hexadecimal. A raw picture or a group that never ends is damage: reading stops there.
      break;
    } else if (word !== undefined) control(word, number === undefined ? null : Number(number));
    else if (shows(group, fromHtml)) {
      if (hex !== undefined) page.byte(Number.parseInt(hex, 16), group.charset);
      else if (plain !== undefined) page.bytes(plain, group.charset);
      else if (symbol === '~') page.text('\u00a0');
      else if (symbol === '_') page.text('-');
      else if (symbol !== undefined && '\\{}\r\n'.includes(symbol))
        page.text(/\s/.test(symbol) ? '\n' : symbol);
    }
    optional = all === '\\*';
  }
  const read = page.end();
  return fromHtml ? { text: '', html: read } : { text: read, html: null };
}

function shows(group: Group, fromHtml: boolean): boolean {
  return !group.hidden && !(fromHtml && group.substitute);
}

/** Collects characters and bytes; bytes are decoded in runs, since one character may take two of them. */
function writer() {
  const parts: string[] = [];
  let run: number[] = [];
  let charset = '';
  let skipped = 0;
  const flush = (): void => {
    if (run.length > 0) parts.push(decodeText(Buffer.from(run), charset));
    run = [];
  };
  const byte = (value: number, of: string): void => {
    if (skipped > 0) {
      skipped--;
      return;
    }
    if (of !== charset) flush();
    charset = of;
    run.push(value);
  };
  return {
    byte,
    bytes: (plain: string, of: string): void => {
      for (let i = 0; i < plain.length; i++) byte(plain.charCodeAt(i), of);
    },
    text: (text: string): void => {
      flush();
      parts.push(text);
    },
    unicode: (value: number, replaced: number): void => {
      flush();
      parts.push(String.fromCharCode(value & 0xffff));
      skipped = replaced;
    },
    newGroup: (): void => void (skipped = 0),
    end: (): string => {
      flush();
      return parts.join('');
    },
  };
}
