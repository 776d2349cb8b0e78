import type sanitize from 'sanitize-html';
import { lazyPackage } from '../lazy-package.ts';
import { escapedDirectionMarks, withoutDirectionMarks } from '../text.ts';
import type { ColorPairs } from './color-pairs.ts';
import { colorPairs } from './color-pairs.ts';
import { isLength, safeStyle } from './safe-style.ts';
import { beginningOfHtml, shownHtml } from './shown-html.ts';

// It brings 70 modules with it.
const sanitizer = lazyPackage('sanitize-html') as () => typeof sanitize;

/** What is longer is a data dump: its text is whole, its look is shown from the beginning. */
const MAX_HTML_LENGTH = 4_000_000;
const MAX_TAGS = 50_000;
const imageData = /^data:image\/(png|jpe?g|gif|webp);base64,[a-z0-9+/=\s]{0,2000000}$/i;
/** Only what names its host: "https:page" and "/page" would lead to the desk. */
const absoluteLink = /^(?:https?:\/\/[^/\\]|mailto:|tel:)/i;

const fixed: sanitize.IOptions = {
  allowedTags: [
    'a', 'abbr', 'address', 'b', 'bdi', 'big', 'blockquote', 'br', 'caption', 'center', 'cite', 'code', 'col', 'colgroup', 'dd', 'del', 'dfn', 'div', 'dl', 'dt',
    'em', 'figcaption', 'figure', 'font', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'hr', 'i', 'img', 'ins', 'kbd', 'li', 'mark', 'ol', 'p', 'pre', 'q', 'rp', 'rt', 'ruby',
    's', 'samp', 'small', 'span', 'strike', 'strong', 'sub', 'sup', 'table', 'tbody', 'td', 'tfoot', 'th', 'thead', 'time', 'tr', 'tt', 'u', 'ul', 'var', 'wbr',
  ], // prettier-ignore
  nonTextTags: [
    'script', 'style', 'textarea', 'option', 'noscript', 'template', 'title', 'xmp', 'iframe', 'noembed', 'noframes', 'plaintext', 'math', 'svg', 'object', 'select',
  ], // prettier-ignore
  selfClosing: ['img', 'br', 'hr', 'wbr', 'col'],
  allowedAttributes: {
    '*': ['style', 'dir', 'lang', 'align', 'valign', 'title'],
    a: ['href', 'rel', 'target'],
    img: ['src', 'data-src', 'alt', 'width', 'height'],
    font: ['color', 'size', 'face'],
    table: ['width', 'border', 'cellpadding', 'cellspacing', 'bgcolor'],
    td: ['colspan', 'rowspan', 'width', 'height', 'bgcolor', 'nowrap'],
    th: ['colspan', 'rowspan', 'width', 'height', 'bgcolor', 'nowrap'],
    tr: ['bgcolor', 'height'],
    col: ['span', 'width'],
    colgroup: ['span', 'width'],
    ol: ['start', 'type', 'reversed'],
    ul: ['type'],
    li: ['value'],
  },
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  allowedSchemesByTag: { img: ['cid', 'data'] },
  allowProtocolRelative: false,
  // Styles are filtered before: what is kept of one is made of parts that are known to be harmless.
  parseStyleAttributes: false,
};

/** The Content-ID of the file that the source of an image means without saying `cid:`; null when it means none. */
type IdOfSource = (source: string) => string | null;

const MAX_OF_ATTRIBUTE: Readonly<Record<string, number>> = {
  border: 20, cellpadding: 100, cellspacing: 100, colspan: 1000, rowspan: 1000, span: 1000,
}; // prettier-ignore

/**
 * The sender's HTML fit for an operator's browser: no script, form, frame or style sheet, nothing loaded from elsewhere, no words that
 * were hidden. The address of a remote image waits in `data-src` until somebody asks for it; images of the email itself keep their
 * `cid:` reference, and what `idOf` knows under another name gets one.
 */
export function sanitizeHtml(html: string, idOf: IdOfSource = () => null): string {
  return sanitizer()(shownHtml(beginningOfHtml(html, MAX_HTML_LENGTH, MAX_TAGS)), {
    ...fixed,
    ...watching(colorPairs(), idOf),
  }).trim();
}

function watching(colors: ColorPairs, idOf: IdOfSource): sanitize.IOptions {
  return {
    onOpenTag: (name) => colors.open(name),
    onCloseTag: () => colors.close(),
    textFilter: (text) => (colors.inLink() ? withoutDirectionMarks(text) : text),
    transformTags: {
      body: asBlock,
      a: asLink,
      img: (tagName, attributes) => ({ tagName, attribs: heldBack(attributes, idOf) }),
      '*': (tagName, attributes) => ({ tagName, attribs: tamed(tagName, attributes, colors) }),
    },
  };
}

/** The colours of the page go on the block that stands for it; without any it needs none. */
function asBlock(tagName: string, attributes: sanitize.Attributes): sanitize.Tag {
  const { bgcolor, text, style = '', background } = attributes;
  const ground =
    bgcolor === undefined ? '' : `background-color:${/^[0-9a-f]{6}$/i.test(bgcolor) ? '#' : ''}${bgcolor};`;
  const letters = text === undefined ? '' : `color:${/^[0-9a-f]{6}$/i.test(text) ? '#' : ''}${text};`;
  const colored = `${ground}${letters}${style}`;
  if (!/color|background|white-space/i.test(colored)) return { tagName, attribs: {} };
  return { tagName: 'div', attribs: { style: colored, ...(background === undefined ? {} : { background }) } };
}

function asLink(tagName: string, { href, ...rest }: sanitize.Attributes): sanitize.Tag {
  const target = escapedDirectionMarks(href?.trim() ?? '');
  const attribs = { ...rest, rel: 'noopener noreferrer nofollow', target: '_blank' };
  return { tagName, attribs: absoluteLink.test(target) ? { href: target, ...attribs } : attribs };
}

function heldBack(attributes: sanitize.Attributes, idOf: IdOfSource): sanitize.Attributes {
  const { src, 'data-src': _, ...rest } = attributes;
  const source = (src ?? '').trim();
  const id = idOf(source);
  if (id !== null) return { ...rest, src: `cid:${id}` };
  if (/^cid:/i.test(source) || imageData.test(source)) return { ...rest, src: source };
  if (/^https?:\/\//i.test(source)) return { ...rest, 'data-src': source };
  return source.startsWith('//') ? { ...rest, 'data-src': `https:${source}` } : rest;
}

/** Colours in pairs, sizes that a page can hold, no mark that turns the reading direction of a hint. */
function tamed(tagName: string, attributes: sanitize.Attributes, colors: ColorPairs): sanitize.Attributes {
  const style = safeStyle(attributes['style'] ?? '');
  const settled = colors.settle(tagName, attributes, style);
  const tame: sanitize.Attributes = {};
  for (const [name, value] of Object.entries(settled)) {
    if (name === 'style' || !isInBounds(name, value)) continue;
    tame[name] = name === 'title' || name === 'alt' ? withoutDirectionMarks(value) : value;
  }
  if (style.size > 0) tame['style'] = [...style].map(([property, value]) => `${property}:${value}`).join(';');
  return tame;
}

function isInBounds(name: string, value: string): boolean {
  if (name === 'width') return isLength(value.trim(), 2000, true);
  if (name === 'height') return isLength(value.trim(), 2000, false);
  const most = MAX_OF_ATTRIBUTE[name];
  return most === undefined || (/^\s*\d{0,5}\s*$/.test(value) && Number(value) <= most);
}
