import { isDeviceLine } from './device-line.ts';

const footerWords =
  /mailing ?list|unsubscribe|confidential|intended recipient|disclaimer|privileged|vertraulich|confidentiel|confidencial|riservat|конфиденциал|конфіденці|поверит|poufn|důvěrn|dôvern|povjerljiv|bizalmas|vertrouwelijk|fortrolig|konfidens|konfidentiell|luottamuksell|confidențial|gizlidir|εμπιστευτικ|机密|機密|기밀|סודי|(checked|scanned) for viruses|virus-free|auf viren geprüft|pod kątem wirusów|contre les virus/i;

const closings =
  /^(best|kind|warm|many|with|yours|thank|thanks|cheers|regards|sincerely|respectfully|cordially|mit |viele gr|liebe gr|beste gr|schöne gr|freundliche|herzliche|gruß|grüße|lg\b|vg\b|mfg|cordialement|bien |salutations|amicalement|saludos|atentamente|un saludo|cordiali|distinti|saluti|grazie|atenciosamente|obrigad|met vriendelijke|groet|mvg|mvh|med vänlig|med venlig|vennlig|hilsen|ystävällisin|terveisin|pozdraw|z poważaniem|s pozdravem|с уважением|с наилучшими|спасибо|з повагою|üdvözlettel|saygılarımla|cu stimă|敬具|此致)/i;

/** How letters open: what stands below such a line alone is the letter, whatever rule is between. */
const salutation =
  /^(?:hi|hello|hey|dear|good (?:morning|day|afternoon|evening)|hallo|guten (?:tag|morgen|abend)|moin|servus|grüezi|grüß|sehr geehrte|liebe|bonjour|bonsoir|madame|monsieur|ch[eè]re?s?|hola|buen[oa]s|estimad|buon|salve|ciao|gentil|egregi|spett|olá|bom dia|boa tarde|prezad|car[oa]|beste|geachte|goede|hej|hei|god (?:dag|morgon|morgen)|kære|kära|bästa|cześć|dzień dobry|szanown|witam|dobrý|vážen|здравств|добр(?:ый|ое|ого|ий)|привет|уважаем|вітаю|шановн|merhaba|sayın|iyi günler|selam|γεια|καλημέρα|αγαπητ|שלום|مرحب|السلام|سلام|您好|你好|尊敬|お世話|こんにちは|안녕|kedves|tisztelt|szia|bună|stimat|hyvä|moi|terve|xin chào|kính|halo|selamat|สวัสดี|नमस्ते)(?![\p{Ll}\p{Lo}]{9})[^.?!:;]{0,60}[,!]?\s*$/iu;

/** "P.S.", in the letters of several languages: what is added below a signature belongs to the letter. */
const postscript =
  /^\s*(?:p\.?\s?)?(?:p\.?-?\s?s|п\.?\s?с|з\.?\s?[ыі])[.:,;)\s–—-]+\S|^\s*(?:p\.?d\.?|n\.?b\.?|nachtrag|post ?scriptum|追伸|追記|附言|추신)\s?[:：]/iu;

/**
 * Drops device lines and the signature from the lines of one stretch of the writer's own text. A stretch that follows another
 * may be nothing but a footer.
 */
export function withoutSignature(lines: readonly string[], follows: boolean): readonly string[] {
  const kept = withoutDeviceLines(lines);
  const cut = signatureStart(kept, follows);
  const body = cut < 0 ? kept : [...withoutDeviceLines(kept.slice(0, cut)), ...postscriptIn(kept, cut)];
  const name = dashedName(body);
  return withoutTrailingDelimiters(name < 0 ? body : body.slice(0, name));
}

/** Tells whether a line adds something below a name. */
export function isPostscript(line: string): boolean {
  return postscript.test(line.slice(0, 100));
}

function postscriptIn(lines: readonly string[], from: number): readonly string[] {
  const at = lines.findIndex((line, index) => index > from && isPostscript(line));
  return at < 0 ? [] : ['', ...lines.slice(at)];
}

/** "Please ship to" as well, with or without its colon. */
const announcing =
  /[:：]\s*$|(?<!\p{L})(?:to|at|for|an|bei|für|auf|à|chez|para|aan|naar|til|till|на|для|по адресу)\s*$/iu;

/** Whether the writer announces what is at `at`: "Please ship to:". */
function isAnnounced(lines: readonly string[], at: number, how = announcing): boolean {
  let above = at - 1;
  while (above >= 0 && (lines[above] ?? '').trim() === '') above -= 1;
  return how.test((lines[above] ?? '').slice(-100));
}

/** Tells whether a line consists of one repeated kind of rule character ("____", "-- ", "====") and nothing else. */
function isDelimiter(line: string): boolean {
  const text = line.trim();
  if (text === '—' || text === 'ᐧ') return true;
  // "+----+----+" is the border of a table.
  return (
    text.length >= 2 && text.length <= 200 && /^[-_,=+~#*ᐧ—–]+$/u.test(text) && !/^\+[-=].*\+$/.test(text)
  );
}

function signatureStart(lines: readonly string[], follows: boolean): number {
  const filled: number[] = [];
  const rules: { readonly index: number; readonly after: number }[] = [];
  let fenced = false;
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (line === '' || line.trim() === '') continue;
    if (line.trimStart().startsWith('```')) fenced = !fenced;
    if (!fenced && isDelimiter(line)) rules.push({ index, after: filled.length });
    else filled.push(index);
  }
  let weak = -1;
  for (const { index, after } of rules) {
    const below = filled.length - after;
    if ((after === 0 && !follows) || below > 25) continue;
    const under = filled.slice(after).map((at) => lines[at] ?? '');
    const above = lines[filled[after - 1] ?? -1] ?? '';
    if (announcing.test(above.slice(-100))) continue;
    if (after === 1 && salutation.test(above.trim()) && !isBareSignature(lines[index] ?? '', under)) continue;
    // A mark without its blank that comes again parts the writer's words.
    const again = rules.some((other) => other.index !== index && (lines[other.index] ?? '') === '--');
    if (isMark(lines[index] ?? '', under) && !(again && (lines[index] ?? '') === '--')) return index;
    if (weak < 0 && below <= 12 && readsAsFooter(under)) weak = index;
  }
  return weak;
}

/** Below a mark that mail programs set by themselves stands a signature also when nothing but a greeting was written. */
function isBareSignature(line: string, under: readonly string[]): boolean {
  return /^--[ \u00a0]$/.test(line) && !under.some((below) => /[?？]\s*$/.test(below) || isSentence(below));
}

/** "-- " is the mark of a signature (RFC 3676 4.3); without its blank it is one when no text of the writer's stands below. */
function isMark(line: string, under: readonly string[]): boolean {
  if (/^--[ \u00a0]$/.test(line)) return true;
  return (
    /^\s*(--|—|––|——)\s*$/.test(line) &&
    !goesOn(under[0] ?? '') &&
    !under.some((below) => /[?？]\s*$/.test(below) || isLongSentence(below))
  );
}

/** A name has no number in it, does not begin with a small letter when words follow, nor is it what a label is for. */
function goesOn(line: string): boolean {
  // An IBAN reads as a telephone number.
  if (/^\s*[A-Z]{2}\d\d(?: ?[A-Z\d]{4}){3}/.test(line)) return true;
  return (
    !reach.test(line) && (/\p{Nd}|^\s*\p{Ll}+\s+\S+\s+\S/u.test(line) || /^[^:]{1,30}[:：]\s*\S/u.test(line))
  );
}

/**
 * Below a rule stands a footer when it has the shape of one: what lists and lawyers put there, or a name with ways to reach it.
 * With a greeting, a question, whole sentences or facts below, the rule divides the writer's text.
 */
function readsAsFooter(lines: readonly string[]): boolean {
  if (lines.some((line) => footerWords.test(line))) return true;
  if (
    lines.some(
      (line) =>
        closings.test(line.trim()) || /[?？]\s*$/.test(line) || /^\s*```/.test(line) || isSentence(line),
    )
  )
    return false;
  if (goesOn(lines[0] ?? '')) return false;
  // Names with an address each are a list of people.
  if (lines.filter((line) => /\p{Lu}\p{Ll}+\s+\S.*\s[<(]?\S+@\S/u.test(line)).length > 1) return false;
  return (
    lines.length > 0 && lines.every(isOfSignature) && lines.some((line) => reach.test(line) || isName(line))
  );
}

/** An address, a page or a number to call. */
const reach =
  /[^\s@<>]@[^\s@<>]+\.\p{L}{2,}|\b(?:https?:\/\/|www\.)\S|(?:^|[\s(])(?:\+|00)\d[\d\s()./-]{6,20}\d|\b(?:tel|phone|mobile?|mob|fax|cell|handy|direct|office|t|m|f|p|tél|teléfono|telefon|тел|моб|电话|電話)\.?\s?[:：.]?\s{0,3}\(?\+?\d[\d\s()./-]{4,20}\d/iu;

/** A line with digits is part of a signature only when they are contact details of its owner. */
function isOfSignature(line: string): boolean {
  if (reach.test(line)) return !isSaid(line);
  if (line.length > 120 || /^\s*[^:]{1,30}[:：]\s*\S/u.test(line)) return false;
  return !/\p{Nd}/u.test(line) || /\b\d{4,6}\s+\p{Lu}\p{L}+/u.test(line);
}

/** "Please call me at …" leads to the writer too, but says more than a signature does. */
function isSaid(line: string): boolean {
  return (
    line
      .split(/\s+/)
      .filter((word) => /^\p{Ll}{2,}[,.;:]?$/u.test(word) && !/^(?:tel|fax|mob|www|web)/.test(word)).length >=
    3
  );
}

/** "Ann Example", "Dr. Jane van Dam": a few words, most of them with a capital, and no mark of a sentence. */
function isName(line: string): boolean {
  const words = line.trim().split(/\s+/);
  return (
    words.length >= 2 &&
    words.length <= 4 &&
    !/[:=;!?"/\\\d]/.test(line) &&
    words.filter((word) => /^\p{Lu}[\p{Ll}'’.-]/u.test(word)).length >= 2 &&
    words.every((word) => /^(?:\p{Lu}|\p{Ll}{1,3}$)/u.test(word))
  );
}

function isLongSentence(line: string): boolean {
  // Chinese and Japanese part no words: there the full stop alone tells.
  return /[。！]\s*$/.test(line) || (isSentence(line) && line.trim().split(/\s+/, 9).length >= 9);
}

function isSentence(line: string): boolean {
  return /[.!:。]\s*$/.test(line) && line.trim().split(/\s+/, 6).length >= 6;
}

/** "-Jane Doe" as the last line is a signature; "-jane@" or a list item is not. */
function dashedName(lines: readonly string[]): number {
  const last = lastFilled(lines);
  const line = lines[last] ?? '';
  if (last < 1 || !/^-\p{Lu}[\p{L}.'-]{0,30}( \p{Lu}[\p{L}.'-]{0,30}){0,3}\s*$/u.test(line)) return -1;
  // "-Paper", "-Toner": the last of several is one of a list.
  if (isAnnounced(lines, last) || lines.slice(0, last).some((above) => /^\s*-\p{L}/u.test(above))) return -1;
  return (lines[last - 1] ?? '').trim() === '' ? last : -1;
}

function withoutDeviceLines(lines: readonly string[]): readonly string[] {
  const dropped = new Set<number>();
  let ending = true;
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    const line = lines[index] ?? '';
    if (line === '' || line.trim() === '') continue;
    const alone = (lines[index - 1] ?? '').trim() === '' && (lines[index + 1] ?? '').trim() === '';
    if ((ending || alone) && isDeviceLine(line) && !isAnnounced(lines, index, /[:：]\s*$/)) {
      dropped.add(index);
      // One of the two blank lines around it is enough between the paragraphs.
      if (alone) dropped.add(index + 1);
    } else if (!isDelimiter(line)) ending = false;
  }
  return dropped.size === 0 ? lines : lines.filter((_, index) => !dropped.has(index));
}

function withoutTrailingDelimiters(lines: readonly string[]): readonly string[] {
  let end = lines.length;
  while (end > 0 && ((lines[end - 1] ?? '').trim() === '' || isDelimiter(lines[end - 1] ?? ''))) end -= 1;
  // Blank lines stay: they part this stretch from what follows it.
  const trailing = lines.slice(end);
  return trailing.some((line) => isDelimiter(line)) ? lines.slice(0, end) : lines;
}

function lastFilled(lines: readonly string[]): number {
  let index = lines.length - 1;
  while (index >= 0 && (lines[index] ?? '').trim() === '') index -= 1;
  return index;
}
