import { clientWords, meaningsOf } from './client-words.ts';

const meanings = meaningsOf(['reply-prefix', 'forward-prefix']);

/** "Re", "AW[2]", "Sv(3)", "RE^4" before a colon, narrow or wide. The list is closed: `Invoice: 12` is a subject and no reply. */
const prefix = new RegExp(
  `^(${[...clientWords('reply-prefix'), ...clientWords('forward-prefix')].map(anyCase).join('|')})` +
    String.raw`(?:\s?\[\d{1,3}\]|\s?\(\d{1,3}\)|\^\d{1,3}|\*\d{1,3})?\s?[:：]`,
  'iu',
);
const gatewayWords =
  'external|ext|extern|externe[rs]?|externo|externa|esterno|externí|externý|vnější|externt|ekstern|eksternt|zewnętrzn[aye]|ulkoinen|külső|harici|внешн(?:ее|ий|яя|ие)|зовнішн(?:є|ій|я)|外部|외부|스팸|' +
  'outside|non-dod source|caution|warning|suspicious|phishing|spam|kein spam|suspected|possible|junk|bulk|encrypt(?:ed)?|secure|sicher|verschlüsselt|signed|signiert|nicht (?:verschlüsselt|signiert)|secured|disarmed|marked as (?:spam|junk)|attachment unscanned|unscannable(?: \\w+){0,3}|quarantine|(?:dmarc|spf|dkim) fail(?:ed|ure)?|unclassified|confidential|unverified|sec=[\\w: -]{1,40}';
const mailWords =
  'e-?mail|mail|message|sender|source|origin|absender|nachricht|expéditeur|remitente|correo|mittente|afsender|avsändare|письмо|почта|отправитель|лист|邮件|郵件|メール|메일|발신자';
/** What gateways put before a subject or behind it, in brackets or stars: nobody changed it by that. */
const words = String.raw`[[({*<#【［]{1,5}[\s*!⚠\uFE0F]{0,8}(?:(?:${mailWords})[\s:-]{1,3})?(?:${gatewayWords})(?:[\s:/-]{0,3}(?:${gatewayWords}|${mailWords})){0,3}[\s*!?:]{0,8}[\])}*>#】］]{1,5}`;
const tag = new RegExp(`^${words}[:：]?`, 'iu');
const tagBehind = new RegExp(`\\s${words}$`, 'iu');
/** The same without brackets: in capitals, and a short word only before a prefix of an answer. */
const bareTag =
  /^(?:⚠\uFE0F?\s?)?(?:EXTERNAL(?:[ -](?:SENDER|E-?MAIL|MAIL|MESSAGE))?|EXTERN)\s?[:：]|^(?:EXT|CAUTION|SPAM)\s?[:：](?=\s*(?:R[eE]|A[wW]|S[vV]|A[nN][tT][wW]|O[dD][pP]|F[wW][dD]?|W[gG]|T[rR])\s?[:：])/u;
const MAX_PREFIXES = 40;

/** The Turkish capital has no lower case of one character, so the flag does not fold it. */
function anyCase(word: string): string {
  return RegExp.escape(word).replace(/(?:i|\\x69)\u0307/g, '(?:i\u0307|\u0130)');
}

/** The subject without the prefixes and tags that mail programs and gateways put before it, in any number and order. */
export function withoutPrefixes(subject: string): string {
  let rest = subject.trim().replace(tagBehind, '');
  for (let count = 0; count < MAX_PREFIXES; count += 1) {
    const match = prefix.exec(rest) ?? tagOf(rest);
    if (match === null) return rest;
    rest = rest.slice(match[0].length).trim();
  }
  return rest;
}

function tagOf(text: string): RegExpExecArray | null {
  return tag.exec(text) ?? bareTag.exec(text);
}

/**
 * What the first prefix of a subject says of its email; null for no prefix. `languages`, those of the copy's header block, decide
 * where one prefix answers in one language and forwards in another.
 */
export function subjectKind(
  subject: string,
  languages: ReadonlySet<string> = new Set(),
): 'reply' | 'forward' | null {
  let rest = subject.trim();
  for (let tagged = tagOf(rest); tagged !== null; tagged = tagOf(rest))
    rest = rest.slice(tagged[0].length).trim();
  const known = meanings.get(prefix.exec(rest)?.[1]?.toLowerCase() ?? '') ?? [];
  if (known.length === 0) return null;
  const here = known.filter(({ language }) => languages.has(language));
  const forwards = (here.length > 0 ? here : known).some(({ kind }) => kind === 'forward-prefix');
  return forwards ? 'forward' : 'reply';
}
