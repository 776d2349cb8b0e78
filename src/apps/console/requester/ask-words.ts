import type { Catalogue } from '../shell/visit.ts';

const en = {
  title: (desk: string) => `Write to ${desk}`,
  intro: 'We mail you a link first; your message reaches us once you have opened it.',
  trap: 'Leave this empty',
  goBack: 'Nothing was sent. Go back in your browser: what you wrote is still there.',
  sent: 'One more step',
  sentTo: (email: string) => `A link is on its way to ${email}.`,
  sentHelp: 'Open it within 24 hours and press the button on its page: your message is delivered only then.',
  confirm: 'Is this your message?',
  deliver: 'Yes, deliver it',
  notMine: 'If it is not yours, just close this page: nothing is delivered.',
  stale: 'This link has been used or has expired',
  staleHelp: 'If your message was not delivered, write it once more.',
};
const ru: typeof en = {
  title: (desk) => `Написать в ${desk}`,
  intro: 'Сначала мы пришлём вам ссылку; сообщение дойдёт до нас, когда вы её откроете.',
  trap: 'Оставьте пустым',
  goBack: 'Ничего не отправлено. Вернитесь назад в браузере: написанное ещё там.',
  sent: 'Ещё один шаг',
  sentTo: (email) => `Ссылка отправлена на ${email}.`,
  sentHelp:
    'Откройте её в течение 24 часов и нажмите кнопку на странице: только тогда сообщение будет доставлено.',
  confirm: 'Это ваше сообщение?',
  deliver: 'Да, отправить',
  notMine: 'Если оно не ваше, просто закройте страницу: ничего не будет доставлено.',
  stale: 'Ссылка уже использована или устарела',
  staleHelp: 'Если сообщение не было доставлено, напишите его ещё раз.',
};

/** Every sentence of the form for visitors. */
export const askWords: Catalogue<typeof en> = { en, ru };
