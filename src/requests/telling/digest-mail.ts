import { shorten } from '../../mail/text.ts';
import type { DeskText } from '../../outbox/desk-mail/desk-mail.ts';
import type { Digest, DigestLine } from './digest.ts';

const SUBJECT_LENGTH = 100;

const en = {
  locale: 'en-GB',
  subject: (mine: number, breached: number) =>
    `Your requests: ${mine} open${breached === 0 ? '' : `, ${breached} overdue`}`,
  mine: (count: number) => `Yours: ${count}`,
  teams: (count: number) => `Nobody’s in your teams: ${count}`,
  waiting: 'Waiting longest for an answer',
  due: 'Due next',
  breached: 'Overdue',
  since: (time: string) => `since ${time}`,
  by: (time: string) => `by ${time}`,
  stop: 'When you get this, and whether at all, is set on this page:',
};

const ru: typeof en = {
  locale: 'ru-RU',
  subject: (mine, breached) =>
    `Ваши обращения: открыто ${mine}${breached === 0 ? '' : `, просрочено ${breached}`}`,
  mine: (count) => `Ваших: ${count}`,
  teams: (count) => `Ничьих в ваших командах: ${count}`,
  waiting: 'Дольше всех ждут ответа',
  due: 'Ближайшие сроки',
  breached: 'Просрочено',
  since: (time) => `с ${time}`,
  by: (time) => `до ${time}`,
  stop: 'Когда это приходит и приходит ли вообще, выбирают на этой странице:',
};

const WORDS = { en, ru };

/** A digest as its operator reads it, in their language and zone. */
export function digestMail(
  digest: Digest,
  { publicUrl, now }: { readonly publicUrl: string; readonly now: Date },
): DeskText {
  const words = WORDS[digest.language ?? 'en'];
  const timeZone = digest.timeZone ?? 'UTC';
  const format = new Intl.DateTimeFormat(words.locale, { timeZone, dateStyle: 'medium', timeStyle: 'short' });
  const at = (time: string): string => format.format(new Date(time));
  const part = (title: string, lines: readonly DigestLine[], when: (line: DigestLine) => string | null) =>
    lines.length === 0 ? [] : ['', title, ...lines.flatMap((line) => lineOf(line, when(line), publicUrl))];
  const since = ({ waitingSince }: DigestLine) =>
    waitingSince === null ? null : words.since(at(waitingSince));
  const by = ({ due }: DigestLine) => (due === null ? null : words.by(at(due)));
  const lines = [
    format.format(now),
    '',
    words.mine(digest.mineCount),
    ...(digest.teamsCount === 0 ? [] : [words.teams(digest.teamsCount)]),
    ...part(words.breached, digest.breached, by),
    ...part(words.due, digest.due, by),
    ...part(words.waiting, digest.waiting, since),
    '',
    `${words.stop} ${publicUrl}/settings/notifications`,
    '',
  ];
  return { subject: words.subject(digest.mineCount, digest.breachedCount), text: lines.join('\n') };
}

function lineOf({ id, subject }: DigestLine, when: string | null, publicUrl: string): readonly string[] {
  const what = `#${id} ${shorten(subject, SUBJECT_LENGTH)}`;
  return [when === null ? what : `${what} (${when})`, `  ${publicUrl}/requests/${id}`];
}
