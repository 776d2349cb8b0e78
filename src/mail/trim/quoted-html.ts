import { parseDocument } from 'htmlparser2';
import { shallowHtml } from '../html/shallow-html.ts';
import { originalMarker } from './original-message.ts';

type DomNode = {
  readonly type: string;
  readonly data?: string;
  readonly name?: string;
  readonly attribs?: Readonly<Record<string, string>>;
  readonly children?: readonly DomNode[];
};

/** Lines of text as they come: closing a line puts the quote marks of the depth it stands at before it. */
type Page = { readonly lines: string[]; current: string; depth: number; filled: boolean };

const depthLimit = 5;
const skipped = new Set([
  'script',
  'style',
  'head',
  'title',
  'template',
  'noscript',
  'object',
  'svg',
  'base',
  'meta',
  'link',
]);
const blocks = new Set([
  'address', 'article', 'aside', 'blockquote', 'body', 'center', 'dd', 'div', 'dl', 'dt', 'fieldset', 'footer', 'form', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6',
  'header', 'html', 'li', 'main', 'nav', 'ol', 'pre', 'section', 'table', 'tr', 'ul',
]); // prettier-ignore

/**
 * HTML as text whose quoted parts carry `>` marks, as a mail program would have written them, so that the rules for text find them.
 * Signature elements are left out.
 */
export function quotedText(html: string): string {
  const root = parseDocument(shallowHtml(html)) as unknown as DomNode;
  const page: Page = { lines: [], current: '', depth: 0, filled: false };
  const open: { node: DomNode; next: number; close: (() => void) | null }[] = [
    { node: root, next: 0, close: null },
  ];
  while (open.length > 0) {
    const top = open.at(-1);
    const child = top?.node.children?.[top.next];
    if (top === undefined) break;
    if (child === undefined) {
      top.close?.();
      open.pop();
      continue;
    }
    top.next += 1;
    if (child.type === 'text') addText(page, child.data ?? '', open.at(-1)?.node.name === 'pre');
    else if (child.children !== undefined && !isLeftOut(child))
      open.push({ node: child, next: 0, close: enter(page, child) });
  }
  endLine(page);
  return page.lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function enter(page: Page, node: DomNode): (() => void) | null {
  const name = node.name ?? '';
  if (name === 'br') page.lines.push(closed(page));
  if (name === 'hr') rule(page, '________________________________');
  if (name === 'img') page.current += node.attribs?.['alt'] ?? '';
  if (name === 'li') {
    endLine(page);
    page.current = '- ';
    return () => endLine(page);
  }
  if (name === 'td' || name === 'th') page.current += page.current === '' ? '' : ' ';
  // With nothing above it there is no reply to part it from.
  if ((page.filled || page.current.trim() !== '') && startsHistory(node))
    rule(page, '-----Original Message-----');
  if (isQuote(node)) {
    endLine(page);
    page.depth += 1;
    return () => {
      endLine(page);
      page.depth -= 1;
    };
  }
  if (name === 'p' || /^h[1-6]$/.test(name)) {
    gap(page);
    return () => gap(page);
  }
  if (!blocks.has(name)) return null;
  endLine(page);
  return () => endLine(page);
}

function addText(page: Page, data: string, kept: boolean): void {
  if (kept) {
    const [first, ...rest] = data.split('\n');
    page.current += first ?? '';
    for (const line of rest) {
      page.lines.push(closed(page));
      page.current = line;
    }
    return;
  }
  const text = data.replace(/[ \t\r\n\f]+/g, ' ');
  page.current += page.current === '' || page.current.endsWith(' ') ? text.trimStart() : text;
}

function closed(page: Page): string {
  const text = page.current.trimEnd();
  page.current = '';
  page.filled ||= text !== '';
  return page.depth === 0 ? text : `${'>'.repeat(Math.min(page.depth, depthLimit))} ${text}`.trimEnd();
}

function endLine(page: Page): void {
  if (page.current.trim() !== '') page.lines.push(closed(page));
  page.current = '';
}

function gap(page: Page): void {
  endLine(page);
  const last = page.lines.at(-1);
  if (last !== undefined && !/^>*$/.test(last)) page.lines.push(closed(page));
}

function rule(page: Page, line: string): void {
  endLine(page);
  page.current = line;
  endLine(page);
}

/** Gmail writes a quotation its user made himself as blockquote of the class it gives quoted mails, outside of its container. */
function isQuote(node: DomNode): boolean {
  if (node.name !== 'blockquote')
    return /\b(protonmail_quote|tutanota_quote|yahoo_quoted_body)\b/.test(classOf(node));
  // A web page cited is not a mail quoted.
  if (/^https?:/i.test(node.attribs?.['cite'] ?? '')) return false;
  return !(/\bgmail_quote\b/.test(classOf(node)) && !isInsideGmailContainer(node)) && !isForward(node);
}

function isInsideGmailContainer(node: DomNode): boolean {
  let parent = (node as { parent?: DomNode | null }).parent;
  for (let steps = 0; parent && steps < 50; steps += 1) {
    if (parent.name !== 'blockquote' && /\bgmail_(quote|extra)/.test(classOf(parent))) return true;
    parent = (parent as { parent?: DomNode | null }).parent;
  }
  return false;
}

function isForward(node: DomNode): boolean {
  let first: DomNode | undefined = node;
  for (let steps = 0; first !== undefined && steps < 20; steps += 1) {
    if (first.type === 'text') return originalMarker((first.data ?? '').trim().slice(0, 200)) === 'forward';
    first = first.children?.find((child) => child.type !== 'text' || (child.data ?? '').trim() !== '');
  }
  return false;
}

/** Marks that Outlook, Hotmail and others put where the earlier mail begins; nothing after them is the writer's. */
function startsHistory(node: DomNode): boolean {
  const id = node.attribs?.['id'] ?? '';
  if (
    /^(x_)*(divRplyFwdMsg|OLK_SRC_BODY_SECTION|stopSpelling|mail-editor-reference-message-container|ms-outlook-mobile-reference|isForwardContent|reply-intro)/i.test(
      id,
    )
  ) {
    return true;
  }
  if (node.name === 'div' && node.attribs?.['name'] === 'messageReplySection') return true;
  const classes = classOf(node);
  if (
    /\b(OutlookMessageHeader|yahoo_quoted|zmail_extra|ms-outlook-mobile-reference-message|WM_QUOTE|moz-forward-container-none)\b/.test(
      classes,
    )
  )
    return true;
  const style = (node.attribs?.['style'] ?? '').slice(0, 300).replace(/\s+/g, '').toLowerCase();
  return (
    node.name === 'div' &&
    /border:none;border-top:solid#?\w+1\.0pt;padding:3\.0pt0(cm|in|mm|pt)?0/.test(style)
  );
}

function isLeftOut(node: DomNode): boolean {
  if (skipped.has(node.name ?? '')) return true;
  return /\b(gmail_signature|moz-signature|gmail_signature_prefix)\b/.test(classOf(node));
}

function classOf(node: DomNode): string {
  return (node.attribs?.['class'] ?? '').slice(0, 300);
}
