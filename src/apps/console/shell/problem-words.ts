import type { Problem, ProblemCode } from '../../../platform/problems.ts';
import type { Visit } from './visit.ts';

const RUSSIAN: Readonly<Partial<Record<ProblemCode, string>>> = {
  forbidden: 'Для этого нужна другая роль.',
  not_found: 'Этого нет, или это не для вас.',
  wrong_state: 'Состояние этого не позволяет: кто-то был быстрее.',
  thread_moved_on: 'Пришли сообщения, которых вы ещё не видели. Прочтите их; ваш текст сохранён.',
  already_exists: 'Это уже есть.',
  precondition_failed: 'Это изменилось с тех пор, как вы его прочли.',
  too_large: 'Слишком много: письмо вмещает 25 МБ.',
  file_held: 'Антивирус задержал этот файл или ещё не проверил его.',
  file_unavailable: 'Файл сейчас недоступен: хранилище не отвечает.',
  too_many_attempts: 'Слишком много попыток; подождите немного.',
  busy: 'Сервер занят; попробуйте ещё раз.',
};

/** A refusal as the operator reads it: the verb's own sentence, or the operator's language where there is one. */
export function problemWords(visit: Visit, problem: Problem): string {
  const winner = takenBy(problem);
  const russian = visit.settings.language === 'ru';
  if (winner !== null)
    return russian ? `Обращение уже взял(а) ${winner}.` : `${winner} has this request already.`;
  if (problem.code === 'newer_version')
    return russian
      ? 'Черновик изменён в другой вкладке. Здесь ваш текст; отправьте ещё раз, если он верен.'
      : 'This draft was changed in another tab. Your text is still here; send it again if it is right.';
  if (problem.code === 'field_needed' && russian) return `Сначала заполните: ${missingIn(problem)}.`;
  const [error] = problem.extras.errors ?? [];
  const inRussian = russian ? RUSSIAN[problem.code] : undefined;
  if (inRussian !== undefined) return inRussian;
  if (problem.code === 'too_large') return 'Too much: an email holds 25 MB, about 18 MB on disk.';
  if (problem.code === 'thread_moved_on')
    return 'Messages came in that you have not seen. Read them; your text is kept.';
  return error === undefined ? problem.message : sentence(error.pointer, error.detail);
}

function missingIn(problem: Problem): string {
  const fields = problem.extras.members?.['fields'];
  return Array.isArray(fields) ? fields.join(', ') : '';
}

function takenBy(problem: Problem): string | null {
  if (problem.code !== 'already_taken') return null;
  const assignee = problem.extras.members?.['assignee'] as { readonly name?: unknown } | undefined;
  return typeof assignee?.name === 'string' ? assignee.name : null;
}

function sentence(pointer: string, detail: string): string {
  const field = pointer.split('/').findLast((part) => part !== '' && !/^\d+$/.test(part));
  // Of a query the detail names the part.
  if (field === undefined || field === 'query') return detail.replace(/^q /, '');
  return `${field.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}: ${detail}`;
}
