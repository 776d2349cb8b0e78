import { shorten } from '../../mail/text.ts';
import type { DeskText } from '../../outbox/desk-mail/desk-mail.ts';
import type { OperatorTelling } from './telling.ts';

const SUBJECT_LENGTH = 120;
const NOTE_LENGTH = 2000;

const en = {
  locale: 'en-GB',
  clock: { firstAnswer: 'the first answer', nextAnswer: 'an answer', resolution: 'the resolution' },
  due: (what: string, isOver: boolean) => `${what} is ${isOver ? 'overdue' : 'due soon'}`,
  promised: (isTheirs: boolean, due: string) =>
    `It is ${isTheirs ? 'yours' : 'your team’s'}, and was promised by ${due}.`,
  assigned: 'is yours',
  mentioned: 'a note names you',
  needs_attention: 'needs attention',
  escalated: 'is handed up to you',
  new_in_team: (team: string) => `is new in ${team}`,
  request: (id: number, what: string, subject: string) => `Request ${id} ${what}: ${subject}`,
  named: (id: number, what: string, subject: string) => `Request ${id}, ${what}: ${subject}`,
  from: (contact: string) => `From ${contact}.`,
  by: (name: string) => `By ${name}.`,
  stop: 'What you are told of, and how, is set on this page:',
};

const ru: typeof en = {
  locale: 'ru-RU',
  clock: { firstAnswer: 'первый ответ', nextAnswer: 'ответ', resolution: 'решение' },
  due: (what, isOver) => `${isOver ? 'срок прошёл' : 'скоро срок'} (${what})`,
  promised: (isTheirs, due) => `Оно ${isTheirs ? 'ваше' : 'вашей команды'}. Обещанный срок: ${due}.`,
  assigned: 'теперь ваше',
  mentioned: 'вас упомянули в заметке',
  needs_attention: 'требует внимания',
  escalated: 'передано вам выше',
  new_in_team: (team) => `новое в команде «${team}»`,
  request: (id, what, subject) => `Обращение ${id} ${what}: ${subject}`,
  named: (id, what, subject) => `Обращение ${id}, ${what}: ${subject}`,
  from: (contact) => `От: ${contact}.`,
  by: (name) => `Кто: ${name}.`,
  stop: 'О чём и как вам сообщать, выбирают на этой странице:',
};

const WORDS = { en, ru };

/** What an operator reads of a telling, in their language. */
export function tellingMail(telling: OperatorTelling, publicUrl: string): DeskText {
  const words = WORDS[telling.language ?? 'en'];
  const subject = shorten(telling.subject, SUBJECT_LENGTH);
  const isNamed = telling.kind === 'mentioned' || telling.kind === 'breached';
  const title = isNamed ? words.named : words.request;
  const said = telling.note ?? (telling.isEscalation ? telling.reason : telling.rule);
  const lines = [
    words.from(telling.contact),
    ...(telling.actorName === null ? [] : [words.by(telling.actorName)]),
    ...(said === null ? [] : ['', shorten(said, NOTE_LENGTH)]),
    ...promiseIn(telling, words),
    '',
    `${publicUrl}/requests/${telling.requestId}`,
    '',
    `${words.stop} ${publicUrl}/settings/notifications`,
    '',
  ];
  return { subject: title(telling.requestId, whatOf(telling, words), subject), text: lines.join('\n') };
}

function promiseIn({ promised, timeZone }: OperatorTelling, words: typeof en): readonly string[] {
  if (promised === null) return [];
  const zone = { timeZone: timeZone ?? 'UTC' };
  const time = new Intl.DateTimeFormat(words.locale, { ...zone, dateStyle: 'medium', timeStyle: 'long' });
  return ['', words.promised(promised.isTheirs, time.format(promised.due))];
}

function whatOf({ kind, isEscalation, teamName, promised }: OperatorTelling, words: typeof en): string {
  if (isEscalation) return words.escalated;
  if (kind === 'breached')
    return promised === null ? '' : words.due(words.clock[promised.clock], promised.isOver);
  return kind === 'new_in_team' ? words.new_in_team(teamName ?? '') : words[kind];
}
