import { headerOf } from './header-block.ts';
import { originalMarker } from './original-message.ts';
import { isPostscript } from './signature.ts';

export type DomNode = {
  readonly type: string;
  readonly data?: string;
  readonly name?: string;
  readonly attribs?: Readonly<Record<string, string>>;
  readonly children?: readonly DomNode[];
};

const skipped = new Set([
  'script',
  'style',
  'head',
  'title',
  'template',
  'noscript',
  'textarea',
  'select',
  'object',
  'svg',
  'base',
  'meta',
  'link',
]);

/** Where the earlier message begins and runs to the end: Outlook, its web program, Hotmail, Zoho, Zimbra. */
const historyIds = /^(x_)*(divRplyFwdMsg|stopSpelling|isForwardContent|zwchr|appendonsend_quote)/i;
const historyClasses = /\b(OutlookMessageHeader|zmail_extra_hr|moz-forward-container-none)\b/;
/** What holds the earlier message, so that words below are the writer's: Outlook for Mac and on phones, Spark, Yahoo, Zoho, GMX, Front and others. */
const copyIds =
  /^(x_)*(OLK_SRC_BODY_SECTION|mail-editor-reference-message-container|ms-outlook-mobile-reference)/i;
const copyClasses =
  /\b(yahoo_quoted|zmail_extra|ms-outlook-mobile-reference-message|WM_QUOTE|missive_quote|front-blockquote|hs_reply|sh-quoted-content)\b/;
/** The line below an answer: Outlook's and Yahoo's phones, Samsung, Apple. */
const phoneSignatures =
  /^(x_)*(ms-outlook-mobile-signature|ymail_android_signature|composer_signature|AppleMailSignature)$/i;
/** The line that introduces a quote: Gmail, Thunderbird, Roundcube. */
const introductionClasses = /\b(gmail_attr|moz-cite-prefix|moz-email-headers-table-none)\b/;
const quoteClasses = /\b(protonmail_quote|tutanota_quote|yahoo_quoted_body)\b/;

/** What a mail program marks an element as: the beginning of the earlier email, all of it, a quote of it, or the line that introduces the quote. */
export function historyOrQuote(node: DomNode): 'history' | 'copy' | 'quote' | 'introduction' | null {
  if (node.name !== 'blockquote' && Object.keys(node.attribs ?? {}).length === 0) return null;
  if (holdsCopy(node)) return 'copy';
  if (startsHistory(node)) return 'history';
  if (isQuote(node)) return 'quote';
  const introduces =
    introductionClasses.test(classOf(node)) || /^(x_)*reply-intro$/.test(node.attribs?.['id'] ?? '');
  return introduces && !holdsForward(node) ? 'introduction' : null;
}

/** Samsung's comment above the earlier email. */
export function isHistoryComment(node: DomNode): boolean {
  return node.type === 'comment' && (node.data ?? '').trim() === 'originalMessage';
}

/** Elements that hold none of the writer's words: marked signatures, scripts and styles. */
export function isLeftOut(node: DomNode): boolean {
  if (skipped.has(node.name ?? '')) return true;
  if (
    /\b(gmail_signature|moz-signature|gmail_signature_prefix|protonmail_signature_block)\b/.test(
      classOf(node),
    )
  )
    return !holdsPostscript(node);
  return phoneSignatures.test(node.attribs?.['id'] ?? '') && isOneLine(node);
}

/** Whoever adds something at the very end of an email writes it into the element of the signature. */
function holdsPostscript(node: DomNode): boolean {
  const rest: DomNode[] = [node];
  for (let steps = 0; rest.length > 0 && steps < 300; steps += 1) {
    const next = rest.pop()!;
    if (next.type === 'text' && isPostscript(next.data ?? '')) return true;
    rest.push(...(next.children ?? []).toReversed());
  }
  return false;
}

/** People go on writing in the element that a phone made for its line. */
function isOneLine(node: DomNode): boolean {
  const rest: DomNode[] = [node];
  let length = 0;
  let ended = false;
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const words = next.type === 'text' ? (next.data ?? '').trim() : '';
    if (words !== '' && (ended || words.includes('?'))) return false;
    length += words.length;
    if (length > 120) return false;
    ended ||= length > 0 && /^(?:br|div|p|li|tr)$/.test(next.name ?? '');
    rest.push(...(next.children ?? []).toReversed());
  }
  return length > 0;
}

/** The words right inside Gmail's container, which introduce the quote in it where nothing else marks them (older Gmail, K-9). */
export function introducesInside(node: DomNode): boolean {
  if (node.name !== 'div' || !/\bgmail_quote\b/.test(classOf(node))) return false;
  const filled =
    node.children?.filter((child) => child.type !== 'text' || (child.data ?? '').trim() !== '') ?? [];
  const quote = filled.findIndex((child) => child.name === 'blockquote');
  return (
    quote > 0 &&
    quote <= 6 &&
    filled[0]?.type === 'text' &&
    /[\p{Nd}@]/u.test(firstText(node)) &&
    !holdsForward(node)
  );
}

/** Gmail gives a quotation that its user made the class of quoted emails, but outside of their container. */
function isQuote(node: DomNode): boolean {
  if (node.name !== 'blockquote') return quoteClasses.test(classOf(node));
  // A cited web page is not a quoted email, nor is a paragraph that was moved in by the editor's button.
  if (/^https?:/i.test(node.attribs?.['cite'] ?? '') || isMovedIn(node)) return false;
  return !(/\bgmail_quote\b/.test(classOf(node)) && !isInsideGmailContainer(node)) && !holdsForward(node);
}

/** The editors of browsers, Gmail's and Apple's among them, indent by a quote without a border. */
function isMovedIn({ attribs = {} }: DomNode): boolean {
  if (attribs['type'] !== undefined || attribs['cite'] !== undefined) return false;
  if (/\bwebkit-indent-blockquote\b/.test(attribs['class'] ?? '')) return true;
  const style = (attribs['style'] ?? '').slice(0, 500).replace(/\s+/g, '').toLowerCase();
  return /(?:^|;)border(?:-left)?:(?:none|0(?:px)?|medium(?:none)?)(?:;|$)/.test(style);
}

/** A quote that nothing marks as a copy of an email: Thunderbird's indentation, and how plain web mailers quote. */
export function isBareQuote({ name, attribs = {} }: DomNode): boolean {
  return (
    name === 'blockquote' &&
    Object.keys(attribs).every((key) => key === 'dir' || key === 'lang' || key === 'style') &&
    !/border/i.test(attribs['style'] ?? '')
  );
}

function isInsideGmailContainer(node: DomNode): boolean {
  let parent = (node as { parent?: DomNode | null }).parent;
  for (let steps = 0; parent && steps < 50; steps += 1) {
    if (parent.name !== 'blockquote' && /\bgmail_(quote|extra)/.test(classOf(parent))) return true;
    parent = (parent as { parent?: DomNode | null }).parent;
  }
  return false;
}

function holdsForward(node: DomNode): boolean {
  return originalMarker(firstText(node)) === 'forward';
}

/** The words that an element begins with. */
function firstText(node: DomNode): string {
  let first: DomNode | undefined = node;
  for (let steps = 0; first !== undefined && steps < 20; steps += 1) {
    if (first.type === 'text') return (first.data ?? '').trim().slice(0, 200);
    first = first.children?.find((child) => child.type !== 'text' || (child.data ?? '').trim() !== '');
  }
  return '';
}

/** The words of an element up to its first line break or the end of its first block. */
export function firstLine(node: DomNode): string {
  const rest: DomNode[] = [node];
  let line = '';
  for (let steps = 0; rest.length > 0 && steps < 100 && line.length < 400; steps += 1) {
    const next = rest.pop()!;
    if (next.type === 'text') line += next.data ?? '';
    else if (/\S/.test(line) && /^(?:br|div|p|li|tr|blockquote)$/.test(next.name ?? '')) break;
    rest.push(...(next.children ?? []).toReversed());
  }
  return line.replace(/\s+/g, ' ').trim();
}

function holdsCopy(node: DomNode): boolean {
  const { id = '', name: label = '', 'data-marker': marker = '' } = node.attribs ?? {};
  if (copyIds.test(id) || copyClasses.test(classOf(node))) return !holdsForward(node);
  if (node.name !== 'div') return false;
  return label === 'messageReplySection' || label === 'quote' || marker === '__QUOTED_TEXT__';
}

function startsHistory(node: DomNode): boolean {
  const { id = '', style: given = '' } = node.attribs ?? {};
  if (historyIds.test(id) || historyClasses.test(classOf(node))) return !holdsForward(node);
  if (node.name !== 'div') return false;
  const style = given.slice(0, 300).replace(/\s+/g, '').toLowerCase();
  // Outlook puts the header block below this line; whoever draws a box in Word writes other words in it.
  if (/border:none;border-top:solid#?\w+1\.0pt;padding:3\.0pt0(cm|in|mm|pt)?0/.test(style))
    return /[:：]/.test(firstText(node));
  // Windows Mail draws a line of its own above the header block.
  return (
    style.includes('border-top-style:solid') &&
    headerOf(`${firstText(node).replace(/:$/, '')}:`)?.meanings[0]?.kind === 'from'
  );
}

function classOf(node: DomNode): string {
  return (node.attribs?.['class'] ?? '').slice(0, 300);
}
