import type { DeliveryState, RecipientState } from '../../../outbox/delivery.ts';
import type { Priority, RequestStatus } from '../../../requests/request.ts';
import type { Role } from '../../../people/access/actor.ts';
import type { Catalogue } from '../shell/visit.ts';

type Terms = {
  readonly status: Readonly<Record<RequestStatus, string>>;
  readonly priority: Readonly<Record<Priority, string>>;
  readonly delivery: Readonly<Record<DeliveryState, string>>;
  readonly recipient: Readonly<Record<RecipientState, string>>;
  readonly role: Readonly<Record<Role, string>>;
  readonly nobody: string;
  readonly noSubject: string;
};

/** The desk's own words as people read them. */
export const terms: Catalogue<Terms> = {
  en: {
    status: {
      new: 'New',
      in_progress: 'In progress',
      pending: 'Pending',
      resolved: 'Resolved',
      closed: 'Closed',
    },
    priority: { P1: 'Urgent', P2: 'High', P3: 'Normal', P4: 'Low' },
    delivery: {
      queued: 'Waiting to be sent',
      held: 'Held back',
      sending: 'Being sent',
      sent: 'Sent',
      deferred: 'Will be tried again',
      failed: 'Not delivered',
      bounced: 'Came back',
      cancelled: 'Cancelled',
    },
    recipient: {
      waiting: 'waiting',
      accepted: 'accepted by their server',
      refused: 'refused by their server',
      bounced: 'came back',
      cancelled: 'cancelled',
    },
    role: { agent: 'Agent', lead: 'Lead', manager: 'Manager', admin: 'Admin' },
    nobody: 'Nobody',
    noSubject: '(no subject)',
  },
  ru: {
    status: {
      new: 'Новое',
      in_progress: 'В работе',
      pending: 'Ждёт ответа',
      resolved: 'Решено',
      closed: 'Закрыто',
    },
    priority: { P1: 'Срочно', P2: 'Высокий', P3: 'Обычный', P4: 'Низкий' },
    delivery: {
      queued: 'Ждёт отправки',
      held: 'Придержано',
      sending: 'Отправляется',
      sent: 'Отправлено',
      deferred: 'Будет повтор',
      failed: 'Не доставлено',
      bounced: 'Вернулось',
      cancelled: 'Отменено',
    },
    recipient: {
      waiting: 'ждёт',
      accepted: 'принято сервером получателя',
      refused: 'отклонено сервером получателя',
      bounced: 'вернулось',
      cancelled: 'отменено',
    },
    role: { agent: 'Оператор', lead: 'Старший', manager: 'Управляющий', admin: 'Администратор' },
    nobody: 'Никто',
    noSubject: '(без темы)',
  },
};
