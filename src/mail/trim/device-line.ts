import { clientWords } from './client-words.ts';

const prefixes = clientWords('device');
const suffixes = clientWords('device-end');
const offers = clientWords('outlook-end');
const names = clientWords('device-name');
const apology =
  /excuse|forgive|typo|brevity|brief|apolog|entschuldig|tippfehler|veuillez excuser|disculp|fehler/i;

const ownWords =
  /(?<!['’])(?<!\p{L})(is|are|was|were|does|did|not|doesn['’]t|fails?|won['’]t|can['’]t|cannot|and i|but|ist|und|nicht|est|es|et|pas|não|niet|не|nie)(?!\p{L})|[?？]$|^我(?!的)/u;
/** "Отправлено с почты 5 мая" is about a parcel; "iPhone 12 Pro" is a phone. */
const dayAtEnd =
  /(?<![\p{L}\p{N}])\d{1,2}\.? (?!(?:pro|max|plus|ultra|mini|lite|edition|phone|mobile)$)\p{L}{3,}$/u;

/** Tells whether a line is what a phone or a mail program puts under every email ("Sent from my …"). */
export function isDeviceLine(line: string): boolean {
  if (line.length > 300 || line.length < 6) return false;
  const text = line
    .replace(/\[([^\]]{1,100})\]\([^)]{0,200}\)/g, '$1')
    // BlueMail hides signs without width around its line.
    .replace(/[\u200b-\u200d\u2060-\u2064\ufeff]/g, '')
    .replace(/<?https?:\S+>?|<[^<>]*>/g, '')
    .replace(/\s+/g, ' ')
    .replace(/^[\s(<[*_~|—–-]+/u, '')
    .replace(/[\s)>\]*_~|]+$/u, '')
    .toLowerCase();
  if (text.length > 160) return false;
  if (/^\p{L}{1,20} from mobile/u.test(text)) return true;
  if (text.includes('outlook') && text.length < 60 && offers.some((end) => text.endsWith(end))) return true;
  const ends = text.length < 60 && suffixes.some((suffix) => text.endsWith(suffix));
  const begins = !ends && prefixes.some((prefix) => text.startsWith(prefix));
  // "Sent from Hamburg on 3 May" is about a parcel: the line of a phone names a phone or a program, or links to one.
  if (!(begins || ends) || !(names.some((name) => text.includes(name)) || /https?:/.test(line))) return false;
  if (apology.test(text)) return true;
  // Programs write a capital: a small letter and a word behind the device make it a sentence.
  if (begins && /^\s*\p{Ll}/u.test(line) && !names.some((name) => text.replace(/[.!]$/, '').endsWith(name)))
    return false;
  // "Sent from my phone, is much easier than …" is a sentence of the writer's.
  return (
    text.split(' ').length <= 14 && !goesOn(text) && !ownWords.test(text) && !(begins && dayAtEnd.test(text))
  );
}

/** Behind a comma a phone writes a word or another device ("my Verizon, Samsung Galaxy smartphone"), a person a clause. */
function goesOn(text: string): boolean {
  return text
    .split(/[,;?]\s+/)
    .slice(1)
    .some((part) => part.trim().includes(' ') && !names.some((name) => part.startsWith(name)));
}
