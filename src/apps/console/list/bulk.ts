import { Problem } from '../../../platform/problems.ts';
import { assignRequest } from '../../../requests/life/assigning.ts';
import { closeRequest, reopenRequest } from '../../../requests/life/closing.ts';
import { takeRequest } from '../../../requests/life/taking.ts';
import { editRequest } from '../../../requests/request/edit-request.ts';
import { findRequest } from '../../../requests/request/find-request.ts';
import type { Priority } from '../../../requests/request.ts';
import type { Form } from '../parts/forms.ts';
import { problemWords } from '../shell/problem-words.ts';
import type { Visit } from '../shell/visit.ts';

type Verb = (visit: Visit, requestId: number, form: Form) => Promise<void>;

const VERBS: Readonly<Record<string, Verb>> = {
  take: ({ deps, actor }, requestId) => takeRequest(deps, actor, { requestId }),
  close: ({ deps, actor }, requestId) => closeRequest(deps, actor, { requestId, notify: true }),
  reopen: ({ deps, actor }, requestId) => reopenRequest(deps, actor, { requestId }),
  assign: ({ deps, actor }, requestId, form) =>
    assignRequest(deps, actor, { requestId, operatorId: form.id('operatorId') ?? actor.operatorId }),
  priority: ({ deps, actor }, requestId, form) =>
    editRequest(deps, actor, { requestId, changes: { priority: priorityIn(form) } }),
  tag: async ({ deps, actor }, requestId, form) => {
    const tag = form.line('tag');
    if (tag === null) return;
    const { tags } = await findRequest(deps, actor, requestId);
    await editRequest(deps, actor, { requestId, changes: { tags: [...tags, tag] } });
  },
};

/** Does one verb to several requests, each by itself; gives those it was not done to, with the reason. */
export async function runBulk(visit: Visit, form: Form): Promise<ReadonlyMap<number, string>> {
  const verb = VERBS[form.text('verb')];
  const refused = new Map<number, string>();
  const ids = form.ids('id');
  if (verb === undefined || ids.length === 0) return refused;
  for (const id of ids) {
    try {
      await verb(visit, id, form);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      refused.set(id, problemWords(visit, error));
    }
  }
  return refused;
}

function priorityIn(form: Form): Priority {
  const known = (['P1', 'P2', 'P3', 'P4'] as const).find((each) => each === form.text('priority'));
  return known ?? 'P3';
}
