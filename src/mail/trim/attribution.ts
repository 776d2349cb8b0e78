import { clientWords } from './client-words.ts';
import { isSentenceOfWriter } from './sentence.ts';

/** How many lines an attribution ("On … wrote:") may be wrapped over. */
const MAX_WRAPPED_LINES = 4;
/** No client writes a longer one; what is longer is prose. */
const MAX_LENGTH = 400;

const openers = clientWords('opens');
const verbs = clientWords('wrote');
const quoting = new RegExp(
  `^(?:${clientWords('quoting')
    .map((words) => RegExp.escape(words))
    .join('|')}) .*@`,
  'u',
);
/** Tutanota: "23. Nov. 2026, 10:04 von desk@example.com:". */
const momentAndAddress = new RegExp(
  `^(?:\\p{L}{3,9}\\.? )?\\d.{6,30}[ ,]\\d{1,2}[:.]\\d{2}(?: [ap]\\.?m\\.?)?,? (?:${clientWords('by').join('|')}) [^\\s@<>]+@[^\\s@<>]+\\s?:$`,
  'u',
);
/** Verbs of old mail programs that every server uses as well ("host … said:"): with opening words, date and address alone. */
const weakVerbs = ['said', 'says', 'sent'];

const firstPerson = /(?<=^|[\s,])(i|we|ich|wir|je(?=.*écri)|j['’]ai|yo|eu|ik|wij|jag|jeg|я|мы)(?=[\s,]|$)/u;
/** One pass over a line instead of one per verb: nearly every line of an email ends here. */
const anyVerb = new RegExp(verbs.map((verb) => RegExp.escape(verb)).join('|'), 'u');
const verbAtEnd = new RegExp(`(?:${verbs.map((verb) => RegExp.escape(verb)).join('|')})$`, 'u');
const anyOpener = new RegExp(
  `^(?:在|(?:${openers.map((opener) => RegExp.escape(opener)).join('|')})[\\s\\d])`,
  'u',
);
const english = new Set(['wrote', 'writes', ...weakVerbs]);
/** What a server writes about an email that it refused, whatever date and address the line contains. */
const serverWords =
  /\b(host|server|smtp|mx|remote|refused|rejected|undeliver\w*|deliver\w*|bounced|failed|failure|error|warning|unable|unreachable)\b|\[\d{1,3}(\.\d{1,3}){3}\]/u;
const weekdays =
  /^(mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|mié|jeu|jue|ven|vie|sam|sáb|dim|dom|seg|ter|qua|qui|sex|pon|wt|śr|czw|pt|sob|ndz|пн|вт|ср|чт|пт|сб|вс|нд|поне|втор|сред|четв|пятн|субб|воск|ma|ti|on|to|fre|lø|lör|sø|sön|ke|pe|la|su)\p{L}*\.?,?\s/u;
const digit = /\p{Nd}/u;
/** Also of the Persian, the Islamic and the Buddhist calendar. */
const year = /(?<!\d)(1[34]|19|20|25)\d\d(?!\d)/;
const clock = /(?<!\d)\d{1,2}[:.h]\d{2}(?!\d)/;
const numericDate = /(?<!\d)\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}(?!\d)/;
/** "On Nov 30, Jane wrote:" */
const nameBehindDate =
  /^\W*on [^,]{4,30}(?:, (?:19|20)\d\d)?, (?!(?:the|our|your|my|an?|his|her|their) )[^\s,]+(?: [^\s,]+){0,2} wrote:\s*$/i;
const everyNumericDate = new RegExp(numericDate, 'g');
const address = /[^\s@<>()]@[^\s@<>()]+\.[^\s@<>()]/;
const addressAtEnd = /<[^<>]{1,200}@[^<>]{1,200}>+\s*[:：]?$/;
/** Mail programs in any language end in the writer's address and at most three words more. */
const addressNearEnd = /<[^<>]{1,200}@[^<>]{1,200}>+\s*(?:[^\s<>@]{1,30}\s*){0,3}[:：]$/;
const dayOfMonth =
  /(?<!\p{L})(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\p{L}{0,6}\.? \d{1,2}(?!\d)|(?<!\d)\d{1,2} (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/u;
/** "Desk kirjoitti 2.11.2026 kello 16:05:" */
const momentAtEnd = /\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\D{1,15}\d{1,2}[:.]\d{2}(?: uhr)?$/;
const isoMoment = /^20\d\d-\d\d-\d\d \d{1,2}:\d\d (GMT|UTC)\b/;
const postedBy = /^posted by .{1,100} on \d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}$/;

/** Tells how many lines from `at` on introduce a quote ("On … wrote:", in many languages, wrapped or not); 0 for none. */
export function attributionLength(lines: readonly string[], at: number): number {
  const first = withColon(lines[at] ?? '');
  if (first.length > MAX_LENGTH || first.trim() === '' || first.trimStart().startsWith('>')) return 0;
  const wraps = mayWrap(first) || /^\s*<[^<>\s]{1,200}@/.test(lines[at + 1] ?? '');
  // Without any of these a line is neither the whole of an attribution nor its beginning.
  if (!wraps && !/[@:：]|via/.test(first)) return 0;
  const limit = wraps ? MAX_WRAPPED_LINES : 1;
  let joined = '';
  for (let count = 1; count <= limit; count += 1) {
    const given = lines[at + count - 1];
    const line = given === undefined ? undefined : withColon(given);
    if (line === undefined || line.trim() === '' || (count > 1 && /^\s*>(?!\s*(wrote\b|:))/.test(line)))
      return 0;
    // Chinese and Catalan put the date behind the address: there it opens no other attribution.
    if (count > 1 && startsWithOpener(bare(line)) && digit.test(line) && !/^\s*(?:[于於]|dia\s)/.test(line))
      return 0;
    // A line that ends in a hyphen or an opening bracket was broken inside a word or an address.
    joined += /[<([\-_]$/.test(joined) ? line.trim() : ` ${line.trim()}`;
    if (joined.length > MAX_LENGTH) return 0;
    if (isAttribution(joined, count)) return isExact(joined) || isQuotedAt(lines, at + count) ? count : 0;
    if ((count === 1 || quoting.test(bare(joined))) && introducesQuote(joined, lines, at + count))
      return count;
    // An attribution ends at its colon: what follows one is another sentence.
    if (/[:：]\s*$/.test(line) && !/\([^()]*$/.test(joined)) return 0;
  }
  return 0;
}

/** Finds where an English attribution begins that shares a line with the reply before it; -1 for none. */
export function attributionInside(line: string): number {
  if (line.length < 20 || line.length > MAX_LENGTH || !line.includes(':', line.length - 5)) return -1;
  if (line.trimStart().startsWith('>') || !/wrote\s*:\s*$/i.test(line)) return -1;
  for (let at = line.indexOf('On ', 1); at > 0; at = line.indexOf('On ', at + 1)) {
    if (/[\s-]/.test(line[at - 1] ?? '') && isAttribution(line.slice(at), 1) && dated(line.slice(at)))
      return at;
  }
  return -1;
}

/** Yahoo on Android puts the earlier message into the line that introduces it: where it begins there; -1 for no such line. */
export function historyInside(line: string): number {
  if (!/^[ \t\u00a0]/.test(line)) return -1;
  const head = /^.{10,300}?[:：](?=[ \u00a0]{2,}\S)/.exec(line.slice(0, MAX_LENGTH))?.[0];
  return head !== undefined && address.test(head) && isAttribution(head, 1) ? head.length : -1;
}

/** Armenian, Khmer and Amharic introduce speech by signs of their own, Burmese by a dash. */
function withColon(line: string): string {
  return /[\u055d\u0589\u17d6\u1365\u1366]\s*$|\p{Script=Myanmar}-\s*$/u.test(line.slice(-20))
    ? `${line.trimEnd().slice(0, -1)}:`
    : line;
}

function mayWrap(line: string): boolean {
  return digit.test(line) || line.includes('<') || startsWithOpener(bare(line));
}

function isAttribution(given: string, count: number): boolean {
  if (!/[\p{Nd}@]| via /u.test(given)) return false;
  const joined = withAsciiDigits(given);
  const text = bare(joined);
  if (text.length < 6 || serverWords.test(text)) return false;
  if (postedBy.test(text)) return true;
  if (year.test(text) && momentAndAddress.test(text)) return true;
  // Zoho puts it between dashes, with no colon.
  const framed = /^\s*-{3,}.*-{3,}\s*$/.test(joined);
  const colon = framed || /[:：][\s\-_*>]{0,40}$/.test(joined);
  const words = withoutEnd(text);
  if (!colon && !(text.endsWith('>') ? year.test(text) : verbAtEnd.test(words))) return false;
  const addressed = address.test(text);
  if (isSentenceOfWriter(joined, addressed)) return false;
  if (framed && addressed && year.test(text) && clock.test(text)) return true;
  if (colon && year.test(text) && clock.test(text) && addressNearEnd.test(text.trimEnd()) && isNamed(joined))
    return true;
  // "On 5 May I wrote:" and "On page 5 the author wrote:" are sentences of the writer's.
  if (!addressed && (firstPerson.test(words) || !dated(text)) && !text.includes(' via ')) return false;
  const opened = startsWithOpener(text) && digit.test(text.slice(0, 60) + (addressed ? '0' : ''));
  const verb = verbIn(words, opened && addressed && dated(text));
  if (verb === 'last') {
    if (opened) return true;
    return colon && (addressed || year.test(text) || clock.test(text) || text.includes(' via '));
  }
  if (verb === 'within' && colon) {
    if (opened) return true;
    return (
      dated(text) &&
      (addressed || year.test(text)) &&
      (weekdays.test(text) || momentAtEnd.test(words) || /^\P{L}*\d|wrote on|schrieb am|@/u.test(text))
    );
  }
  if (isoMoment.test(joined.trim()) && addressed && count === 1 && text.length < 120) return true;
  if (!addressAtEnd.test(text) || !year.test(text)) return false;
  const before = text.slice(0, text.lastIndexOf('<'));
  return year.test(before) && (/^\d/.test(text) || (colon && (weekdays.test(text) || dated(before))));
}

/** Before an address a program writes a name or the date; a small word ("our invoice to <…>:") makes it a sentence. */
function isNamed(joined: string): boolean {
  const before = joined.slice(0, joined.lastIndexOf('<')).trimEnd();
  return !/(?:^|\s)[\p{Ll}'’]+$/u.test(before);
}

/** Phones write dates in the digits of their language. */
function withAsciiDigits(text: string): string {
  return /[\u0660-\u19ff]/.test(text) ? text.replace(/[\u0660-\u19ff]/g, asciiDigit) : text;
}

/** Unicode puts the ten digits of a script in a row that begins at a multiple of 16, or at 6 past one. */
function asciiDigit(character: string): string {
  const code = character.charCodeAt(0);
  if (!digit.test(character)) return character;
  return String((code & 0xf) >= 6 ? (code & 0xf) - 6 : code & 0xf);
}

/** "Jane Doe wrote:" carries no date; only the quote right below makes it an attribution. */
function introducesQuote(line: string, lines: readonly string[], next: number): boolean {
  if (
    line.length > 120 ||
    line.length < 6 ||
    !/[:：]\s*$/.test(line) ||
    (verbIn(withoutEnd(bare(line)), false) === null && !quoting.test(bare(line)))
  )
    return false;
  return isQuotedAt(lines, next);
}

function isQuotedAt(lines: readonly string[], at: number): boolean {
  const below = (lines[at] ?? '').trim() === '' ? lines[at + 1] : lines[at];
  return (below ?? '').trimStart().startsWith('>');
}

/** "On 5 May 2026 the technician wrote:" is anyone's: a program names the address or the minute, or marks what it quotes. */
function isExact(joined: string): boolean {
  if (address.test(joined) || joined.includes(' via ') || nameBehindDate.test(joined)) return true;
  const times = withAsciiDigits(joined).replaceAll(everyNumericDate, ' ');
  const hour = clock.exec(times) ?? /(?<!\p{N})\d{1,2}\s?(?:h(?!\p{L})|時|时|시)/u.exec(times);
  // A protocol of a talk ("10:15 Ann wrote:") has the time alone; programs write the day as well.
  return (
    hour !== null &&
    (digit.test(times.replace(hour[0], ' ')) ||
      times !== withAsciiDigits(joined) ||
      weekdays.test(bare(joined)))
  );
}

function dated(text: string): boolean {
  return year.test(text) || clock.test(text) || numericDate.test(text) || dayOfMonth.test(text.toLowerCase());
}

function bare(line: string): string {
  return line
    .replace(/^[\s\-*_<>]{1,80}/u, '')
    .trimEnd()
    .toLowerCase();
}

function withoutEnd(text: string): string {
  let end = text.length;
  while (end > 0 && ' \t:：.>*_-'.includes(text[end - 1] ?? '')) end -= 1;
  return text.slice(0, end);
}

function startsWithOpener(text: string): boolean {
  return anyOpener.test(text);
}

function verbIn(text: string, takesWeak: boolean): 'last' | 'within' | null {
  if (!anyVerb.test(text) && !takesWeak) return null;
  let within = false;
  for (const verb of takesWeak ? [...verbs, ...weakVerbs] : verbs) {
    const at = text.lastIndexOf(verb);
    if (at < 0 || (/^[a-zà-ž]/.test(verb) && /[\p{L}]/u.test(text[at - 1] ?? ' '))) continue;
    const after = text.slice(at + verb.length);
    if (/^[\s:：.,)]*$/u.test(after)) return 'last';
    // "On 5 May I wrote to you:" is a sentence; only "wrote on 5 May:" is how programs put the verb first in English.
    if (/^[\s,:]/.test(after) && (!english.has(verb) || after.startsWith(' on '))) within = true;
  }
  return within ? 'within' : null;
}
