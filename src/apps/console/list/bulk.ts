import { applyToRequests } from '../../../requests/bulk/apply-to-requests.ts';
import type { BulkVerb } from '../../../requests/bulk/bulk-verbs.ts';
import { bulkFieldIn } from '../fields/bulk-field.ts';
import { PRIORITIES } from '../../../requests/request.ts';
import type { Form } from '../parts/forms.ts';
import { problemWords } from '../shell/problem-words.ts';
import { takerIn } from '../teams/give.ts';
import type { Visit } from '../shell/visit.ts';

/** What was done to how many, and the others with the reason. */
export type BulkOutcome = { readonly done: number; readonly refused: ReadonlyMap<number, string> };

/** The verb that a form of the list asks for, or null when it leaves open which, or what with. */
export async function verbIn(visit: Visit, form: Form): Promise<BulkVerb | null> {
  switch (form.text('verb')) {
    case 'take':
      return { verb: 'take' };
    case 'close':
      return { verb: 'close' };
    case 'reopen':
      return { verb: 'reopen' };
    case 'read':
      return { verb: 'read' };
    case 'unread':
      return { verb: 'unread' };
    case 'assign': {
      const taker = takerIn(form);
      return taker === null ? null : { verb: 'assign', ...taker };
    }
    case 'priority': {
      const priority = PRIORITIES.find((each) => each === form.text('priority'));
      return priority === undefined ? null : { verb: 'edit', changes: { priority } };
    }
    case 'tag': {
      const tag = form.line('tag');
      return tag === null ? null : { verb: 'edit', changes: { addTags: [tag] } };
    }
    case 'field': {
      const fields = await bulkFieldIn(visit, form);
      return fields === null ? null : { verb: 'edit', changes: { fields } };
    }
    default:
      return null;
  }
}

/** Does one verb to the selected requests, each by itself. */
export async function runBulk(visit: Visit, verb: BulkVerb, ids: readonly number[]): Promise<BulkOutcome> {
  const results = await applyToRequests(visit.deps, visit.actor, { ...verb, requestIds: ids });
  const refused = results.flatMap(({ requestId, problem }) =>
    problem === null ? [] : [[requestId, problemWords(visit, problem)] as const],
  );
  return { done: results.length - refused.length, refused: new Map(refused) };
}
