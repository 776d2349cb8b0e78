import { clientWords } from './client-words.ts';

const prefixes = clientWords('device');
const suffixes = clientWords('device-end');
const offers = clientWords('outlook-end');
const names = clientWords('device-name');
const apology =
  /excuse|forgive|typo|brevity|brief|apolog|entschuldig|tippfehler|veuillez excuser|disculp|fehler/i;

/** Tells whether a line is what a phone or a mail program puts under every email ("Sent from my …"). */
export function isDeviceLine(line: string): boolean {
  if (line.length > 300 || line.length < 6) return false;
  const text = line
    .replace(/\[([^\]]{1,100})\]\([^)]{0,200}\)/g, '$1')
    .replace(/<?https?:\S+>?|<[^<>]*>/g, '')
    .replace(/\s+/g, ' ')
    .replace(/^[\s(<[*_~|—–-]+/u, '')
    .replace(/[\s)>\]*_~|]+$/u, '')
    .toLowerCase();
  if (text.length > 160) return false;
  if (/^\p{L}{1,20} from mobile/u.test(text)) return true;
  if (text.includes('outlook') && text.length < 60 && offers.some((end) => text.endsWith(end))) return true;
  const known =
    prefixes.some((prefix) => text.startsWith(prefix)) ||
    (text.length < 60 && suffixes.some((suffix) => text.endsWith(suffix)));
  // "Sent from Hamburg on 3 May" is about a parcel: the line of a phone names a phone or a program, or links to one.
  if (!known || !(names.some((name) => text.includes(name)) || /https?:/.test(line))) return false;
  if (apology.test(text)) return true;
  // "Sent from my phone, is much easier than …" is a sentence of the writer's.
  return (
    text.split(' ').length <= 14 &&
    !/[,;?]\s.*\s\S/.test(text) &&
    !/(?<!['’])\b(is|are|was|were|and i|but|ist|und|est|es|et)\b/.test(text)
  );
}
