import type { DeskText } from '../../outbox/desk-mail/desk-mail.ts';
import { shorten } from '../../mail/text.ts';
import type { DueClock } from './clock-queries.ts';

const SUBJECT_LENGTH = 120;

const WORDS = {
  en: {
    locale: 'en-GB',
    clock: { firstAnswer: 'the first answer', nextAnswer: 'an answer', resolution: 'the resolution' },
    warned: (id: number, what: string) => `Request ${id}: ${what} is due soon`,
    breached: (id: number, what: string) => `Request ${id}: ${what} is overdue`,
    text: (subject: string, due: string) => `“${subject}” is yours. It was promised by ${due}.`,
  },
  ru: {
    locale: 'ru-RU',
    clock: { firstAnswer: 'первый ответ', nextAnswer: 'ответ', resolution: 'решение' },
    warned: (id: number, what: string) => `Обращение ${id}: скоро срок (${what})`,
    breached: (id: number, what: string) => `Обращение ${id}: срок прошёл (${what})`,
    text: (subject: string, due: string) => `«${subject}» — ваше обращение. Обещанный срок: ${due}.`,
  },
};

/** What an assignee reads when a clock has told, in their language and zone. */
export function clockMail(due: DueClock, publicUrl: string): DeskText {
  const words = WORDS[due.language ?? 'en'];
  const timeZone = due.timeZone ?? 'UTC';
  const time = new Intl.DateTimeFormat(words.locale, { timeZone, dateStyle: 'medium', timeStyle: 'long' });
  return {
    subject: words[due.what](due.requestId, words.clock[due.clock]),
    text: `${words.text(shorten(due.subject, SUBJECT_LENGTH), time.format(due.due))}\n\n${publicUrl}/requests/${due.requestId}\n`,
  };
}
