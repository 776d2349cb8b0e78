import { deescalateRequest, escalateRequest } from '../../../requests/escalation/escalate-request.ts';
import { assignRequest, type Assignment, unassignRequest } from '../../../requests/life/assigning.ts';
import { closeRequest, reopenRequest } from '../../../requests/life/closing.ts';
import { pendRequest } from '../../../requests/life/pending.ts';
import { resolveRequest } from '../../../requests/life/resolving.ts';
import { takeRequest } from '../../../requests/life/taking.ts';
import { mergeRequest } from '../../../requests/merging/merge-request.ts';
import { splitRequest } from '../../../requests/merging/split-request.ts';
import { unmergeRequest } from '../../../requests/merging/unmerge-request.ts';
import { invalidField, Problem } from '../../../platform/problems.ts';
import { frontOf, pathBehind } from '../../../platform/http/path-in-front.ts';
import { valuesIn } from '../fields/values-in-form.ts';
import { editRequest } from '../../../requests/request/edit-request.ts';
import { PRIORITIES } from '../../../requests/request.ts';
import { type Form, readForm } from '../parts/forms.ts';
import type { Did } from '../shell/layout-words.ts';
import type { Pages } from '../shell/pages.ts';
import { done } from '../shell/respond.ts';
import type { Visit } from '../shell/visit.ts';
import { takerIn } from '../teams/give.ts';
import { requestIn, showConversation } from './handlers.ts';
import { conversationWords } from './words.ts';

type Told = { readonly did: Did; readonly id?: number; readonly undo?: number; readonly to?: number };
type FormVerb = (visit: Visit, requestId: number, form: Form) => Promise<Told>;

const VERBS: Readonly<Record<string, FormVerb>> = {
  take: async ({ deps, actor }, requestId) => {
    await takeRequest(deps, actor, { requestId });
    return { did: 'taken', id: requestId, undo: requestId };
  },
  assign: async ({ deps, actor }, requestId, form) => {
    await assignRequest(deps, actor, { requestId, ...named(form) });
    return { did: 'done' };
  },
  escalate: async ({ deps, actor }, requestId, form) => {
    await escalateRequest(deps, actor, { requestId, ...named(form), reason: form.text('reason') });
    return { did: 'done' };
  },
  deescalate: async ({ deps, actor }, requestId) => {
    await deescalateRequest(deps, actor, { requestId });
    return { did: 'done' };
  },
  unassign: async ({ deps, actor }, requestId) => {
    await unassignRequest(deps, actor, { requestId });
    return { did: 'done' };
  },
  pend: async ({ deps, actor }, requestId) => {
    await pendRequest(deps, actor, { requestId });
    return { did: 'done' };
  },
  resolve: async (visit, requestId, form) => {
    const { deps, actor } = visit;
    const notes = form.text('notes').trim();
    if (notes === '') throw invalidField('/notes', 'is empty');
    await resolveRequest(deps, actor, {
      requestId,
      notes,
      fields: await valuesIn(visit, requestId, form),
    });
    return { did: 'resolved', id: requestId, undo: requestId };
  },
  close: async (visit, requestId, form) => {
    const fields = await valuesIn(visit, requestId, form);
    await closeRequest(visit.deps, visit.actor, { requestId, notify: !form.has('quietly'), fields });
    return { did: 'closed', id: requestId, undo: requestId };
  },
  reopen: async ({ deps, actor }, requestId) => {
    await reopenRequest(deps, actor, { requestId });
    return { did: 'reopened', id: requestId };
  },
  merge: async (visit, requestId, form) => {
    const { deps, actor } = visit;
    // A number that was typed is meant, even where one of the list is picked too.
    const named = form.line('number') ?? form.text('into');
    if (named === '') throw invalidField('', visit.say(conversationWords).mergeWhich);
    const into = Number(named.replace('#', ''));
    if (!Number.isSafeInteger(into) || into < 1)
      throw invalidField('/into', 'is not the number of a request');
    await mergeRequest(deps, actor, { requestId, into });
    return { did: 'merged', id: requestId, undo: requestId, to: into };
  },
  unmerge: async ({ deps, actor }, requestId) => {
    await unmergeRequest(deps, actor, { requestId });
    return { did: 'reopened', id: requestId, to: requestId };
  },
  split: async ({ deps, actor }, requestId, form) => {
    const made = await splitRequest(deps, actor, { requestId, messageIds: form.ids('messageId') });
    return { did: 'split', id: made.requestId };
  },
  facts: async (visit, requestId, form) => {
    const fields = await valuesIn(visit, requestId, form);
    const changes = { ...changesIn(form), fields };
    await editRequest(visit.deps, visit.actor, { requestId, changes });
    return { did: 'saved' };
  },
};

/** One form for each verb of a request; what refuses it is told on the request's page. */
export function verbHandlers(pages: Pages): void {
  for (const [name, verb] of Object.entries(VERBS)) {
    pages.post(`/requests/:id{[0-9]+}/${name}`, async (visit) => {
      const requestId = requestIn(visit);
      const form = await readForm(visit.c);
      try {
        const { to = requestId, ...told } = await verb(visit, requestId, form);
        const list = to === requestId ? listOf(visit) : null;
        return done(visit, list ?? `/requests/${to}${listIn(visit)}`, told);
      } catch (error) {
        if (!(error instanceof Problem) || error.code === 'not_found') throw error;
        const from = new URLSearchParams(listIn(visit)).get('from') ?? '';
        return showConversation(visit, requestId, {
          problem: error,
          typed: null,
          from,
          form: { verb: name, typed: form },
        });
      }
    });
  }
}

function named(form: Form): Assignment {
  const taker = takerIn(form);
  if (taker === null) throw invalidField('/operatorId', 'is missing');
  return taker;
}

// What is undone on a list leaves one there, at the row.
function listOf(visit: Visit): string | null {
  const referer = visit.c.req.header('referer') ?? '';
  if (!URL.canParse(referer)) return null;
  const { pathname, search } = new URL(referer);
  const isList = pathBehind(frontOf(visit.c), pathname) === '/requests';
  return isList ? `/requests${search}#r${requestIn(visit)}` : null;
}

// The form's page keeps the list that it was opened from.
function listIn({ c }: Visit): string {
  const referer = c.req.header('referer') ?? '';
  const from = URL.canParse(referer) ? new URL(referer).searchParams.get('from') : null;
  return from === null ? '' : `?from=${encodeURIComponent(from)}`;
}

function changesIn(form: Form) {
  if (form.has('attention')) return { needsAttention: false };
  const priority = PRIORITIES.find((each) => each === form.text('priority'));
  const addTags = form
    .text('addTags')
    .split(',')
    .map((tag) => tag.trim());
  const subject = form.line('subject');
  return {
    ...(priority === undefined ? {} : { priority }),
    addTags: addTags.filter((tag) => tag !== ''),
    removeTags: form.all('removeTag'),
    ...(form.has('category') ? { category: form.line('category') } : {}),
    ...(subject === null ? {} : { subject }),
  };
}
