import type { Catalogue } from '../shell/visit.ts';

const en = {
  canned: 'Canned replies',
  cannedFind: 'Search names and texts',
  cannedNone: 'There are none yet.',
  cannedKeep: 'New canned reply',
  fill: (name: string) => `“${name}” needs these values before it is inserted:`,
  insert: 'Insert',
  leaveOut: 'Leave it out',
  fillFirst: (name: string) => `Fill in what “${name}” asks for, or leave it out; your text is kept.`,
  effects: 'On sending',
  status: { pending: 'wait for the contact', resolved: 'resolve', closed: 'close the request' },
  category: 'Category',
  tag: 'Tag',
  otherDraft: 'Another tab has saved this instead:',
  useOther: 'Use that text',
  keepMine: 'Keep mine',
  mention: 'Mention',
  signedOut: 'Your session has expired. What you type stays in this browser:',
  signIn: 'sign in again',
};
const ru: typeof en = {
  canned: 'Готовые ответы',
  cannedFind: 'Искать по названию и тексту',
  cannedNone: 'Пока ни одного.',
  cannedKeep: 'Сохранить текст для многих ответов',
  fill: (name) => `Чтобы вставить «${name}», не хватает:`,
  insert: 'Вставить',
  leaveOut: 'Не вставлять',
  fillFirst: (name) => `Заполните то, чего просит «${name}», или уберите его; ваш текст сохранён.`,
  effects: 'При отправке',
  status: { pending: 'ждать отправителя', resolved: 'решить', closed: 'закрыть обращение' },
  category: 'Категория',
  tag: 'Метка',
  otherDraft: 'В другой вкладке сохранено вот что:',
  useOther: 'Взять тот текст',
  keepMine: 'Оставить мой',
  mention: 'Упомянуть',
  signedOut: 'Вход истёк. Всё набранное остаётся в этом браузере:',
  signIn: 'войдите снова',
};

export const answerWords: Catalogue<typeof en> = { en, ru };
