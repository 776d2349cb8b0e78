import type { QuarantineReason } from '../../../intake/filing/incoming-mail.ts';
import type { Catalogue } from '../shell/visit.ts';

const en = {
  title: 'Quarantine',
  lead: 'Messages that were kept out of requests, with the reason. Nothing is lost.',
  empty: 'Nothing is held back.',
  release: 'Release',
  releaseTrust: 'Release and trust the sender',
  discard: 'Discard',
  discardBlock: 'Discard and block the sender',
  original: 'Original email',
  older: 'Older',
  noSender: 'No sender',
  released: (id: number) => `It is in request ${id} now.`,
  reasons: {
    unparsable: 'It could not be read as an email.',
    processing_error: 'Something failed while it was filed.',
    before_start: 'It is older than the desk.',
    spoof_suspect: 'Its sender is forged: the domain’s own rules refuse it.',
    only_copied: 'It names the mailbox only in Cc, or nowhere.',
    denied_sender: 'Its sender is on the list of blocked senders.',
    not_allowed_sender: 'Its sender is not on the list of allowed senders.',

    blocked_sender: 'Its sender is blocked.',
    bounce_unverified: 'It reports that an email could not be delivered, but none of ours.',
    auto_reply_unmatched: 'An automatic reply, but to none of our emails.',

    too_many_requests: 'Its sender opened too many requests within an hour.',
    own_message_id: 'It reuses the id of one of our own emails.',
    own_address: 'It claims to come from the mailbox itself.',
    no_sender: 'It names no sender.',
    loop: 'It is one of our own emails that came back.',
    sent_copy: 'A copy of what the mailbox itself sent.',
    receipt_unmatched: 'A receipt, but for none of our emails.',
  } satisfies Readonly<Record<QuarantineReason, string>>,
};
const ru: typeof en = {
  title: 'Карантин',
  lead: 'Письма, которые не попали в обращения, и почему. Ничего не потеряно.',
  empty: 'Ничего не задержано.',
  release: 'Выпустить',
  releaseTrust: 'Выпустить и доверять отправителю',
  discard: 'Отложить насовсем',
  discardBlock: 'Отложить и заблокировать отправителя',
  original: 'Исходное письмо',
  older: 'Старше',
  noSender: 'Нет отправителя',
  released: (id) => `Теперь в обращении ${id}.`,
  reasons: {
    unparsable: 'Не удалось прочитать как письмо.',
    processing_error: 'При разборе случилась ошибка.',
    before_start: 'Письмо старше службы.',
    spoof_suspect: 'Отправитель подделан: его отвергают правила самого домена.',
    only_copied: 'Адрес ящика стоит только в копии или не указан вовсе.',
    denied_sender: 'Отправитель в списке запрещённых.',
    not_allowed_sender: 'Отправителя нет в списке разрешённых.',

    blocked_sender: 'Отправитель заблокирован.',
    bounce_unverified: 'Сообщает о недоставке, но не нашего письма.',
    auto_reply_unmatched: 'Автоответ не на наше письмо.',

    too_many_requests: 'Отправитель открыл слишком много обращений за час.',
    own_message_id: 'Повторяет номер нашего собственного письма.',
    own_address: 'Выдаёт себя за письмо самого ящика.',
    no_sender: 'Отправитель не назван.',
    loop: 'Вернувшееся собственное письмо.',
    sent_copy: 'Копия того, что отправил сам ящик.',
    receipt_unmatched: 'Уведомление о прочтении не нашего письма.',
  },
};
export const quarantineWords: Catalogue<typeof en> = { en, ru };
