import type { Language } from '../language.ts';
import { headerValue } from '../headers/header-values.ts';
import type { ParsedMail } from '../parsed-mail.ts';

const MIN_LETTERS = 12;
const MIN_WORDS = 4;
const CYRILLIC_BUT_NOT_RUSSIAN = /[іїєґўђјљњћџѓќѕәғқңөұүһҳҷӣӯҡҙҫӗӑӳӏ]/iu;
/** Other languages in Cyrillic letters: who declares one of them did not write Russian. */
const OTHER_CYRILLIC = /^(?:bg|mk|sr|uk|be|kk|ky|mn|tg|tt|ba|cv|os|ab|ce|bs|cnr)\b/;
/** Bulgarian, Serbian and Macedonian do without these. */
const RUSSIAN_LETTERS = /[ыэё]/iu;
// Frequent in Bulgarian and no Russian words; most others have its vowel ъ, which Russian has before е, ё, ю and я alone.
const BULGARIAN = new Set(
  'моля здравейте здравей благодаря благодарим ще което няма имам искам поръчах пратка пратката получих дали защо това тази със добре поздрави'.split(
    ' ',
  ),
);
// Frequent in English and in no other language that is written with Latin letters.
const ENGLISH = new Set(
  'the and you your my is are was have has with this that from please would could can will not for it we i been when what thanks thank hello'.split(
    ' ',
  ),
);

/** The language an email is written in: as it says itself, else by its words; null for a language that the desk does not write. */
export function detectLanguage(
  mail: Pick<ParsedMail, 'headers' | 'visibleText' | 'subject'>,
): Language | null {
  const text = `${mail.subject}\n${mail.visibleText}`.slice(0, 20_000);
  const declared = headerValue(mail, 'content-language')?.trim().toLowerCase();
  if (declared !== undefined && declared !== '' && !declared.includes(',')) {
    // Mail programs put their own language here whatever was written: it counts unless the letters contradict it.
    if (/^ru\b/.test(declared) && !contradictsRussian(text)) return 'ru';
    if (/^en\b/.test(declared)) return isRussian(text) ? 'ru' : 'en';
    if (OTHER_CYRILLIC.test(declared) && isCyrillic(text)) return null;
  }
  if (isRussian(text)) return 'ru';
  return isEnglish(text) ? 'en' : null;
}

function isRussian(text: string): boolean {
  if (!isCyrillic(text) || CYRILLIC_BUT_NOT_RUSSIAN.test(text)) return false;
  return RUSSIAN_LETTERS.test(text) || !isBulgarian(text);
}

function isCyrillic(text: string): boolean {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const cyrillic = text.match(/\p{Script=Cyrillic}/gu)?.length ?? 0;
  return letters >= MIN_LETTERS && cyrillic / letters > 0.5;
}

function contradictsRussian(text: string): boolean {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  return CYRILLIC_BUT_NOT_RUSSIAN.test(text) || (letters >= MIN_LETTERS && !isCyrillic(text));
}

function isBulgarian(text: string): boolean {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  return words.some((word) => /ъ(?![еёюя])/u.test(word) || BULGARIAN.has(word));
}

function isEnglish(text: string): boolean {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  const known = words.filter((word) => ENGLISH.has(word)).length;
  return words.length >= MIN_WORDS && known >= 2 && known / words.length >= 0.12;
}
