import { domainOf, localPartOf } from '../headers/address-parts.ts';

export type NamedRecipient = { readonly address: string; readonly context: string };

const localBreak = /[\s<>()[\]",;:'`|*=@\u3000-\u303f\uff00-\uffef]/;
const MAX_LOCAL_PART_LENGTH = 120;
const domainStart = /^[a-z0-9_][a-z0-9_.-]{0,200}[a-z0-9]/i;
const alone =
  /^[\s>*•·\-–—"'[(<]*(?:[45]\d\d[ -](?:#?[45](?:\.\d{1,3}){2} )?<?)?(?:mailto:|smtp:|rfc822;)?\s*([^\s<>()[\]",;:'`|*：（]{1,120}@[a-z0-9_.-]{1,200}[a-z0-9])[\s>"')\]]*(?:\(.{0,300}|<[^<>]{1,200}>\s*|\.{3,}.{0,300}|[:;,](?:\s.{0,300})?|\.\s*|\s-\s.{0,300}|\[.{0,300}|(?<=\s)\p{L}{1,4}\.? (?:\p{L}{1,12}\.?,? )?\d.{0,300}|(?<=\s)(?:on|at|was|is|failed|unknown|user|recipient|could|has|smtp|\d{3}|the|not|no )\b.{0,300})?$/iu;
const labelled =
  /(?:expanded from|rcpt to|original-recipient|final-recipient|undeliverable address|recipient(?: address)?|failed address|user|destination|addressee|mailbox|收件人|message-id in|mailing list)\s*(?:rfc822\s*;)?[\s:=;：]{1,4}[<[("']{0,2}([^\s<>()[\]",;:'`：（]{1,120}@[a-z0-9_.-]{1,200}[a-z0-9])/i;
const telling =
  /rcpt to|recipient|undeliver|address|deliver|user|mailbox|account|expanded from|reach|send to|sent to|rejected|unknown|fail|quota|exist|destinat|empfänger|correo|получател|адрес|zustell|odbiorc|příjemc|收件|宛先|対象|受信|account|mail to|message to|from remote|\b5\d\d\b|\b4\d\d\b/i;
const heading =
  /(following|these|folgende\p{L}*|suivante?s?|siguientes?|seguenti?|seguintes?) (\p{L}+ )?(addresse?s?|recipients?|users?|e-?mails?|adresse\p{L}*|empfänger|destinat\p{L}+|direccion\p{L}*|indirizz\p{L}+|endereço\p{L}*)|failed addresses|addresses had/iu;
const office =
  /^(mailer[-_.]?daemon|post-?master|abuse|support-?desk|mail-?admin|hostmaster|noc|helpdesk|help|security|admin(istrator)?|webmaster|root)$/i;

/** Who a report in prose comes from and goes to. */
type Parties = {
  readonly sender: ReadonlySet<string>;
  readonly all: ReadonlySet<string>;
  readonly domain: string;
};

/**
 * The addresses a report in prose names as failed, best evidence first: alone on their line, below a heading even when
 * they are those of the report itself (who writes to himself gets the report about himself), on a line that reports a failure.
 */
export function namedRecipients(said: string, parties: Parties): readonly NamedRecipient[] {
  const excluded = parties.all;
  const listed = listedRecipients(said, excluded);
  if (listed.length > 0) return listed;
  const bare = bareRecipients(said, parties.domain);
  if (bare.length > 0) return bare;
  const headed = listedRecipients(said, parties.sender, true);
  if (headed.length > 0) return headed;
  const told = new Map<string, string>();
  const lines = linesOf(said);
  for (const [index, line] of lines.entries()) {
    if (line.length > 2000 || !line.includes('@')) continue;
    if (![line, lines[index - 1] ?? '', lines[index + 1] ?? ''].some((near) => telling.test(near))) continue;
    for (const address of addressesIn(line)) add(told, address, contextOf(lines, index), excluded, false);
  }
  return entriesOf(told);
}

/** The one address that a report in prose holds besides its own sender's, its recipients' and its server's; null when there are more. */
export function loneRecipient(said: string, excluded: ReadonlySet<string>): string | null {
  const found = allAddresses(said.slice(0, 8000)).filter(
    (address) => !excluded.has(address) && !office.test(localPartOf(address)),
  );
  const [only] = found;
  return found.length === 1 && only !== undefined ? only : null;
}

/** The addresses that stand alone on their line or behind a label, as only reports put them. */
export function listedRecipients(
  said: string,
  excluded: ReadonlySet<string>,
  headedOnly = false,
): readonly NamedRecipient[] {
  const listed = new Map<string, string>();
  const lines = linesOf(said);
  for (const [index, line] of lines.entries()) {
    if (line.length > 2000 || !line.includes('@')) continue;
    if (
      headedOnly &&
      !heading.test(
        lines
          .slice(Math.max(0, index - 4), index)
          .join(' ')
          .slice(0, 1000),
      )
    )
      continue;
    for (const address of [alone.exec(line)?.[1], labelled.exec(line)?.[1]]) {
      if (address !== undefined) add(listed, address, contextOf(lines, index), excluded, true);
    }
  }
  for (const match of said.slice(0, 20_000).matchAll(/"emailAddress"\s*:\s*"([^"\s]{3,300})"/g)) {
    add(listed, match[1] ?? '', said.slice(0, 800), excluded, true);
  }
  return entriesOf(listed);
}

/** AOL and GroupWise name their own users without a domain, each indented on a line of its own below the sentence about them. */
function bareRecipients(said: string, reporter: string): readonly NamedRecipient[] {
  const lines = linesOf(said.slice(0, 4000));
  const heading = lines.findIndex((line, index) => {
    const sentence = `${lines[index - 1] ?? ''} ${line}`.slice(0, 600);
    return /[^\s:]:\s*$/.test(line) && /(following|recipient)/i.test(sentence) && /deliver/i.test(sentence);
  });
  if (reporter === '' || heading < 0) return [];
  const found: NamedRecipient[] = [];
  for (let index = heading + 1; index < lines.length && found.length < 50; index += 1) {
    const line = lines[index] ?? '';
    if (line.trim() === '') continue;
    const name = /^[ \t]+([a-z0-9][a-z0-9_.+-]{1,63})\s*(?:\(.{0,200}\))?\s*$/i.exec(line)?.[1];
    if (name === undefined) break;
    found.push({ address: `${name.toLowerCase()}@${reporter}`, context: contextOf(lines, index) });
  }
  return found;
}

function linesOf(text: string): readonly string[] {
  return text.slice(0, 60_000).split('\n').slice(0, 1500);
}

function contextOf(lines: readonly string[], index: number): string {
  return lines
    .slice(index, index + 8)
    .join(' ')
    .slice(0, 800);
}

function entriesOf(found: ReadonlyMap<string, string>): readonly NamedRecipient[] {
  return [...found].slice(0, 50).map(([address, context]) => ({ address, context }));
}

/** Every address in a text, lower-cased, at most 200. */
export function allAddresses(text: string): readonly string[] {
  const found = new Set<string>();
  for (const address of addressesIn(text.slice(0, 800_000))) {
    found.add(clean(address));
    if (found.size >= 200) break;
  }
  return [...found];
}

/** Goes from one at sign to the next: a pattern over the whole text would try every word as an address. */
function* addressesIn(text: string): Generator<string> {
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    let start = at;
    while (start > 0 && at - start < MAX_LOCAL_PART_LENGTH && !localBreak.test(text[start - 1] ?? ' '))
      start -= 1;
    if (start === at) continue;
    const domain = domainStart.exec(text.slice(at + 1, at + 203))?.[0];
    if (domain !== undefined) yield `${text.slice(start, at)}@${domain}`;
  }
}

function add(
  to: Map<string, string>,
  address: string,
  context: string,
  excluded: ReadonlySet<string>,
  proven: boolean,
): void {
  const cleaned = clean(address);
  const local = localPartOf(cleaned);
  if (excluded.has(cleaned) || /^[.\d]+$/.test(domainOf(cleaned))) return;
  if (!proven && office.test(local)) return;
  if (!to.has(cleaned)) to.set(cleaned, context);
}

function clean(address: string): string {
  return address
    .replace(/^(?:mailto:|smtp:|rfc822;|.*[;=])/i, '')
    .replace(/[.'>]+$/, '')
    .toLowerCase();
}
