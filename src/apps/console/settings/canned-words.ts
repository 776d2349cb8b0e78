import type { Catalogue } from '../shell/visit.ts';

const en = {
  lead: 'A text for many answers: in the answer box, press / in an empty line.',
  add: 'New canned reply',
  name: 'Name',
  text: 'Text',
  scope: 'Who may use it',
  own: 'Only you',
  desk: 'The whole desk',
  mailbox: (address: string) => `Operators of ${address}`,
  category: 'Category it sets',
  tags: 'Tags it adds, separated by commas',
  status: 'What sending it does',
  statuses: {
    '': 'nothing else',
    pending: 'waits for the contact',
    resolved: 'resolves the request',
    closed: 'closes the request',
  },
  save: 'Save',
  preview: 'Preview',
  remove: 'Remove',
  previewed: 'How it will look',
  asks: (names: string) => `Asked for before it is inserted: ${names}`,
  variables: 'Filled in automatically',
  others:
    'Any other name, as in {{ parcel }}, is asked for. {{ contact.name | default: "customer" }} needs nobody to ask.',
  none: 'There are none yet. Write the answer you give most often.',
};
const ru: typeof en = {
  lead: 'Текст для многих ответов: в поле ответа нажмите / в пустой строке.',
  add: 'Новый готовый ответ',
  name: 'Название',
  text: 'Текст',
  scope: 'Чей он',
  own: 'Только ваш',
  desk: 'Всей службы',
  mailbox: (address) => `Ящика ${address}`,
  category: 'Какую категорию ставит',
  tags: 'Какие метки добавляет, через запятую',
  status: 'Что делает отправка',
  statuses: {
    '': 'больше ничего',
    pending: 'ждёт отправителя',
    resolved: 'решает обращение',
    closed: 'закрывает обращение',
  },
  save: 'Сохранить',
  preview: 'Просмотр',
  remove: 'Удалить',
  previewed: 'Как это будет выглядеть',
  asks: (names) => `Спросим перед вставкой: ${names}`,
  variables: 'Заполняются сами',
  others:
    'Любое другое имя, как {{ parcel }}, спросим. {{ contact.name | default: "клиент" }} спрашивать не нужно.',
  none: 'Пока ни одного. Напишите ответ, который даёте чаще всего.',
};

export const cannedWords: Catalogue<typeof en> = { en, ru };
