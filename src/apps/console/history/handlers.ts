import { html } from 'hono/html';
import type { EventView } from '../../../people/history/event-view.ts';
import { listEvents } from '../../../requests/history/list-events.ts';
import { listAskedFields } from '../../../requests/fields/find-field.ts';
import { findRequest } from '../../../requests/request/find-request.ts';
import { requestIn } from '../conversation/handlers.ts';
import { listAllOperators } from '../parts/operators.ts';
import { listAllTeams } from '../parts/teams.ts';
import { changes, type NamedByEvents } from './changes.ts';
import { type Html, icon, when } from '../parts/html.ts';
import type { Pages } from '../shell/pages.ts';
import { respond } from '../shell/respond.ts';
import type { Catalogue, Visit } from '../shell/visit.ts';

const en = {
  title: 'History',
  back: 'Back to the request',
  when: 'When',
  who: 'Who',
  what: 'What',
  desk: 'the desk',
  relay: 'the relay',
  events: {
    'request.opened': 'Opened',
    'request.status_changed': 'Woken by an email',
    'request.taken': 'Taken',
    'request.assigned': 'Assigned',
    'request.unassigned': 'Given back',
    'request.escalated': 'Escalated',
    'request.deescalated': 'Escalation ended',
    'request.pended': 'Waits for the contact',
    'request.resolved': 'Resolved',
    'request.closed': 'Closed',
    'request.reopened': 'Reopened',
    'request.rated': 'Rated by the contact',
    'request.edited': 'Changed',
    'request.fields_changed': 'Fields changed',
    'request.flagged': 'Needs attention',
    'request.due_soon': 'Due soon',
    'request.breached': 'Overdue',
    'request.merged': 'Merged',
    'request.absorbed': 'Another request merged in',
    'request.unmerged': 'Merge undone',
    'request.split': 'Split',
    'request.erased': 'Erased',
    'message.received': 'Email came in',
    'message.replied': 'Replied',
    'message.sent': 'Written to the contact',
    'message.noted': 'Note written',
    'message.edited': 'Held reply edited',
    'message.erased': 'Message erased',
    'attachment.held': 'File held by the virus scanner',
    'attachment.erased': 'File erased',
    'notice.queued': 'Notice queued',
    'notice.held': 'Notice held back',
    'delivery.failed': 'Could not be delivered',
    'delivery.bounced': 'Came back',
    'delivery.recipient_refused': 'One recipient did not get it',
    'delivery.retried': 'Sent again',
    'delivery.cancelled': 'Sending cancelled',
    'intake.released': 'Released from quarantine',
    'intake.discarded': 'Discarded from quarantine',
    'intake.replayed': 'Filed from quarantine',
    'operator.mentioned': 'Mentioned',
    'operator.told': 'Reminded by a rule: the contact does not answer',
    'rule.applied': 'Rule',
    'rule.failed': 'Rule that failed:',
    'contact.renamed': 'Contact renamed',
    'jira.link_added': 'Linked to a Jira issue',
    'jira.link_removed': 'Unlinked from a Jira issue',
    'jira.issue_created': 'Jira issue created',
    'jira.issue_refused': 'Jira refused to create the issue',
    'jira.link_broken': 'Jira issue is gone',
    'jira.link_mended': 'Jira issue can be reached again',
    'jira.status_changed': 'Jira issue changed status',
    'jira.comment_heard': 'Comment from Jira',
    'jira.comment_edited': 'Comment in Jira changed',
    'jira.comment_deleted': 'Comment in Jira deleted',
    'jira.change_refused': 'Jira refused a change',
  } as Readonly<Record<string, string>>,
};
const ru: typeof en = {
  title: 'История',
  back: 'Назад к обращению',
  when: 'Когда',
  who: 'Кто',
  what: 'Что',
  desk: 'сама служба',
  relay: 'реле',
  events: {
    'request.opened': 'Открыто',
    'request.status_changed': 'Письмо вернуло в работу',
    'request.taken': 'Взято',
    'request.assigned': 'Передано',
    'request.unassigned': 'Возвращено',
    'request.escalated': 'Передано выше',
    'request.deescalated': 'Выше больше не нужно',
    'request.pended': 'Ждёт отправителя',
    'request.resolved': 'Решено',
    'request.closed': 'Закрыто',
    'request.reopened': 'Открыто снова',
    'request.rated': 'Оценено отправителем',
    'request.edited': 'Изменено',
    'request.fields_changed': 'Поля изменены',
    'request.flagged': 'Требует внимания',
    'request.due_soon': 'Скоро срок',
    'request.breached': 'Срок прошёл',
    'request.merged': 'Объединено',
    'request.absorbed': 'Присоединено другое обращение',
    'request.unmerged': 'Объединение отменено',
    'request.split': 'Разделено',
    'request.erased': 'Стёрто',
    'message.received': 'Пришло письмо',
    'message.replied': 'Отвечено',
    'message.sent': 'Написано отправителю',
    'message.noted': 'Заметка',
    'message.edited': 'Отложенный ответ изменён',
    'message.erased': 'Сообщение стёрто',
    'attachment.held': 'Файл задержан антивирусом',
    'attachment.erased': 'Файл стёрт',
    'notice.queued': 'Уведомление поставлено в очередь',
    'notice.held': 'Уведомление придержано',
    'delivery.failed': 'Не доставлено',
    'delivery.bounced': 'Вернулось',
    'delivery.recipient_refused': 'Один из адресатов не получил',
    'delivery.retried': 'Отправлено снова',
    'delivery.cancelled': 'Отправка отменена',
    'intake.released': 'Выпущено из карантина',
    'intake.discarded': 'Удалено из карантина',
    'intake.replayed': 'Разобрано из карантина',
    'operator.mentioned': 'Упоминание',
    'operator.told': 'Правило напомнило: отправитель не отвечает',
    'rule.applied': 'Правило',
    'rule.failed': 'Не удалось правило:',
    'contact.renamed': 'Имя изменено',
    'jira.link_added': 'Связано с задачей Jira',
    'jira.link_removed': 'Отвязано от задачи Jira',
    'jira.issue_created': 'Задача Jira создана',
    'jira.issue_refused': 'Jira отказалась создать задачу',
    'jira.link_broken': 'Задача Jira пропала',
    'jira.link_mended': 'Задача Jira снова на месте',
    'jira.status_changed': 'Задача Jira перешла в другой статус',
    'jira.comment_heard': 'Комментарий из Jira',
    'jira.comment_edited': 'Комментарий в Jira изменён',
    'jira.comment_deleted': 'Комментарий в Jira удалён',
    'jira.change_refused': 'Jira отклонила изменение',
  },
};
const sentences: Catalogue<typeof en> = { en, ru };
const MAX_SHOWN = 200;

/** Who did what to a request, the latest first. */
export function historyHandlers(pages: Pages): void {
  pages.get('/requests/:id{[0-9]+}/history', async (visit) => {
    const { deps, actor } = visit;
    const requestId = requestIn(visit);
    const request = await findRequest(deps, actor, requestId);
    const [events, operators, teams, fields] = await Promise.all([
      listEvents(deps, actor, { requestId, sort: { field: 'id', descending: true }, limit: MAX_SHOWN }),
      listAllOperators(visit),
      listAllTeams(visit),
      listAskedFields(deps, actor, request.mailboxId),
    ]);
    const words = visit.say(sentences);
    const content = html`<div class="page">
      <p><a href="/requests/${requestId}">${icon('arrow-left', deps.assets)}${words.back}</a></p>
      <h1>${words.title}: <span dir="auto">${request.subject}</span></h1>
      <table class="card">
        <thead>
          <tr>
            <th>${words.when}</th>
            <th>${words.who}</th>
            <th>${words.what}</th>
          </tr>
        </thead>
        <tbody data-live="events">
          ${events.items.map((event) => row(visit, event, { operators, teams, fields }))}
        </tbody>
      </table>
    </div>`;
    return respond(visit, { title: `${words.title} ${requestId}`, content });
  });
}

function row(visit: Visit, event: EventView, named: NamedByEvents): Html {
  const words = visit.say(sentences);
  const who = event.actorName ?? (event.actorKind === 'relay' ? words.relay : words.desk);
  return html`<tr id="e${event.id}">
    <td>${visit.format.time(event.at)}</td>
    <td dir="auto">${who}</td>
    <td>
      ${words.events[event.type] ?? event.type}
      ${when(ruleOf(event), (rule) => html`<b dir="auto">${rule}</b>`)} ${changes(visit, event, named)}
    </td>
  </tr>`;
}

/** The name of the rule that an event is about. */
function ruleOf({ new: told }: EventView): string | null {
  return typeof told?.['rule'] === 'string' ? `“${told['rule']}”` : null;
}
