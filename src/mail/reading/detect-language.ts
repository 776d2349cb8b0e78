import { headerValue } from '../headers/header-values.ts';
import type { ParsedMail } from '../parsed-mail.ts';

/** The languages that the desk writes. */
type Language = 'en' | 'ru';

const LEAST_LETTERS = 12;
const LEAST_WORDS = 4;
const CYRILLIC_BUT_NOT_RUSSIAN = /[іїєґўђјљњћџѓќѕ]/iu;
// Frequent in English and in no other language that is written with Latin letters.
const ENGLISH = new Set(
  'the and you your my is are was have has with this that from please would could can will not for it we i been when what thanks thank hello'.split(
    ' ',
  ),
);

/** The language a mail is written in, as it says itself, else by its words; null for one that the desk does not write. */
export function detectLanguage(
  mail: Pick<ParsedMail, 'headers' | 'visibleText' | 'subject'>,
): Language | null {
  const declared = headerValue(mail, 'content-language')?.trim().toLowerCase();
  if (declared !== undefined && declared !== '' && !declared.includes(',')) {
    // Mail programs put their own language here whatever was written: it counts unless the letters contradict it.
    if (/^ru\b/.test(declared)) return 'ru';
    if (/^en\b/.test(declared)) return isRussian(mail.visibleText) ? 'ru' : 'en';
  }
  const text = `${mail.subject}\n${mail.visibleText}`.slice(0, 20_000);
  if (isRussian(text)) return 'ru';
  return isEnglish(text) ? 'en' : null;
}

function isRussian(text: string): boolean {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const cyrillic = text.match(/\p{Script=Cyrillic}/gu)?.length ?? 0;
  return letters >= LEAST_LETTERS && cyrillic / letters > 0.5 && !CYRILLIC_BUT_NOT_RUSSIAN.test(text);
}

function isEnglish(text: string): boolean {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  const known = words.filter((word) => ENGLISH.has(word)).length;
  return words.length >= LEAST_WORDS && known >= 2 && known / words.length >= 0.12;
}
