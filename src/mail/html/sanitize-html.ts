import sanitize from 'sanitize-html';
import { shallowHtml } from './shallow-html.ts';

const color =
  /^(#[0-9a-f]{3,8}|[a-z]{3,20}|rgba?\(\s*[\d.%]+\s*,\s*[\d.%]+\s*,\s*[\d.%]+\s*(,\s*[\d.%]+\s*)?\))$/i;
const length = /^(0|\d{1,4}(\.\d{1,3})?(px|pt|em|rem|%|ex|ch|in|cm|mm)?)$/i;
const lengths = /^((0|auto|\d{1,3}(\.\d{1,3})?(px|pt|em|rem|%|in|cm|mm)?)(\s+|$)){1,4}$/i;
const border = /^[a-z0-9#.,()% ]{1,60}$/i;
const styleLimit = 2000;
const imageData = /^data:image\/(png|jpe?g|gif|webp);base64,[a-z0-9+/=\s]{0,2000000}$/i;

const options: sanitize.IOptions = {
  allowedTags: [
    'a', 'abbr', 'address', 'b', 'bdi', 'bdo', 'big', 'blockquote', 'br', 'caption', 'center', 'cite', 'code', 'col', 'colgroup', 'dd', 'del', 'dfn', 'div', 'dl', 'dt',
    'em', 'figcaption', 'figure', 'font', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'hr', 'i', 'img', 'ins', 'kbd', 'li', 'mark', 'ol', 'p', 'pre', 'q', 'rp', 'rt', 'ruby',
    's', 'samp', 'small', 'span', 'strike', 'strong', 'sub', 'sup', 'table', 'tbody', 'td', 'tfoot', 'th', 'thead', 'time', 'tr', 'tt', 'u', 'ul', 'var', 'wbr',
  ], // prettier-ignore
  nonTextTags: [
    'script',
    'style',
    'textarea',
    'option',
    'noscript',
    'template',
    'title',
    'xmp',
    'iframe',
    'noembed',
    'noframes',
    'plaintext',
    'math',
    'svg',
    'object',
    'select',
  ],
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
  allowedStyles: {
    '*': {
      color: [color],
      'background-color': [color],
      'text-align': [/^(left|right|center|justify|start|end)$/i],
      'vertical-align': [/^(baseline|top|middle|bottom|sub|super|text-top|text-bottom)$/i],
      'font-weight': [/^(normal|bold|bolder|lighter|[1-9]00)$/i],
      'font-style': [/^(normal|italic|oblique)$/i],
      'font-size': [
        /^(\d{1,2}(\.\d{1,3})?(px|pt|em|rem|%)|\d{3}%|(x{1,2}-)?(small|large)|medium|smaller|larger)$/i,
      ],
      'font-family': [/^[\w\s"',.-]{1,200}$/],
      'text-decoration': [/^(none|underline|line-through|overline)$/i],
      'line-height': [/^(normal|\d(\.\d{1,3})?|\d{1,3}(\.\d{1,3})?(px|pt|em|%))$/i],
      'white-space': [/^(normal|nowrap|pre|pre-wrap|pre-line)$/i],
      'list-style-type': [/^[a-z-]{1,30}$/i],
      'border-collapse': [/^(collapse|separate)$/i],
      direction: [/^(ltr|rtl)$/i],
      width: [length],
      height: [length],
      'max-width': [length],
      padding: [lengths],
      'padding-left': [length],
      'padding-right': [length],
      'padding-top': [length],
      'padding-bottom': [length],
      margin: [lengths],
      'margin-left': [length],
      'margin-right': [length],
      'margin-top': [length],
      'margin-bottom': [length],
      border: [border],
      'border-left': [border],
      'border-right': [border],
      'border-top': [border],
      'border-bottom': [border],
    },
  },
  transformTags: {
    '*': (tagName, attributes) => ({ tagName, attribs: withoutLongStyle(attributes) }),
    a: (tagName, attributes) => ({
      tagName,
      attribs: { ...withoutLongStyle(attributes), rel: 'noopener noreferrer nofollow', target: '_blank' },
    }),
    img: (tagName, attributes) => ({ tagName, attribs: heldBack(withoutLongStyle(attributes)) }),
  },
};

/**
 * The sender's HTML fit for an operator's browser: no script, form, frame or style sheet, nothing loaded from elsewhere. The address of
 * a remote image waits in `data-src` until somebody asks for it; images of the mail itself keep their `cid:` reference.
 */
export function sanitizeHtml(html: string): string {
  return sanitize(shallowHtml(html), options).trim();
}

/** Style declarations are parsed one by one; no mail program writes thousands of them on one element. */
function withoutLongStyle(attributes: sanitize.Attributes): sanitize.Attributes {
  const style = attributes['style'];
  if (style === undefined || style.length <= styleLimit) return attributes;
  const { style: _, ...rest } = attributes;
  return rest;
}

function heldBack(attributes: sanitize.Attributes): sanitize.Attributes {
  const { src, 'data-src': _, ...rest } = attributes;
  const source = (src ?? '').trim();
  if (/^cid:/i.test(source) || imageData.test(source)) return { ...rest, src: source };
  if (/^https?:\/\//i.test(source)) return { ...rest, 'data-src': source };
  return source.startsWith('//') ? { ...rest, 'data-src': `https:${source}` } : rest;
}
