import type { Language } from '../../../mail/language.ts';

const DAY = 24 * 60;
const MAX_MINUTES = DAY * 365;
const UNITS: Readonly<Record<Language, readonly [day: string, hour: string, minute: string]>> = {
  en: ['d', 'h', 'min'],
  ru: ['д', 'ч', 'мин'],
};
const WRITTEN = /^(?:(\d{1,6})\s*[dд])?\s*(?:(\d{1,6})\s*[hч])?\s*(?:(\d{1,6})\s*(?:m|min|м|мин)?\.?)?$/i;

/** Minutes as one types them: `1 d 4 h`, `30 min`. */
export function minutesText(minutes: number | null, language: Language): string {
  if (minutes === null) return '';
  const parts = [Math.floor(minutes / DAY), Math.floor((minutes % DAY) / 60), minutes % 60];
  return parts.flatMap((part, index) => (part === 0 ? [] : [`${part} ${UNITS[language][index]}`])).join(' ');
}

/** The minutes of such a text, a bare number being minutes; null if it says none that may be promised. */
export function minutesIn(text: string): number | null {
  const [found, days = 0, hours = 0, minutes = 0] = WRITTEN.exec(text.trim()) ?? [];
  if (found === undefined) return null;
  const sum = Number(days) * DAY + Number(hours) * 60 + Number(minutes);
  return sum > 0 && sum <= MAX_MINUTES ? sum : null;
}
