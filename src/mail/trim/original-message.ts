import { clientWords } from './client-words.ts';

const originals = new Set(clientWords('original'));
const forwards = new Set(clientWords('forward'));

const replyAbove =
  /(reply|write|respond|type your (reply|response)) above (this|the) line|above this line to (reply|post|add|respond)|do not (write|type|edit|remove|reply|delete)( anything)?( below)? this line|antwort(en)?\b.{0,20} (oberhalb|über) (dieser|diese) (zeile|linie)|(oberhalb|über) (dieser|diese) (zeile|linie) antworten|ответьте выше этой строки|répondre au-dessus de cette ligne|responda por encima de esta línea/i;
/** Help desks frame that line in hashes, in any language: "##- Skriv ditt svar ovanför den här raden -##". */
const framed = /^\s*##+-?\s*\p{L}+(?:[^\S\n]+[^\s#]+){3,20}\s*-?##+\s*$/u;

/** ProtonMail rules with a hyphen of its own, others with dashes. */
const dashes = /[\u2010-\u2015\u2500\u2501]/g;

/** Tells whether a line opens an unprefixed copy of an earlier message ("-----Original Message-----") or of a forwarded one. */
export function originalMarker(given: string): 'original' | 'forward' | null {
  if (given.length > 200 || given.length < 3) return null;
  const line = given.replace(dashes, '-');
  const inside = /^\s*-{3,}\s*([^\s-][^-]{3,59})-{3,}\s*\S/.exec(line)?.[1]?.trimEnd().toLowerCase() ?? '';
  if (forwards.has(inside)) return 'forward';
  if (originals.has(inside)) return 'original';
  const ruled = /^\s*[*_=~]{0,3}\s*[-_=~]/.test(line);
  const colon = /[:：]\s*$/.test(line);
  if (!ruled && !colon) return replyAbove.test(line) || framed.test(line) ? 'original' : null;
  const inner = line.replace(/^[\s>*_=~-]+/u, '').replace(/[\s:：*_=~-]+$/u, '');
  if (inner.length < 3 || inner.length > 60) return replyAbove.test(line) ? 'original' : null;
  const words = inner.replace(/\s+/g, ' ').toLowerCase();
  if (forwards.has(words)) return 'forward';
  if (originals.has(words) && ruled) return 'original';
  return replyAbove.test(line) ? 'original' : null;
}
