import { markRequestRead } from '../../../requests/read-marks/mark-request-read.ts';
import { Problem } from '../../../platform/problems.ts';
import { PROBLEM_KINDS } from '../../../platform/http/problems/problem-response.ts';
import type { Pages } from '../shell/pages.ts';
import { problemWords } from '../shell/problem-words.ts';
import { respond } from '../shell/respond.ts';
import { terms } from '../parts/terms.ts';
import { idIn, type Visit } from '../shell/visit.ts';
import type { Typed } from '../answer/typed.ts';
import type { RefusedForm } from '../fields/refused-fields.ts';
import { fieldWords } from '../fields/words.ts';
import { type Conversation, readConversation } from './conversation.ts';
import { conversationPage } from './page.ts';

/** A request's page. */
export function conversationHandlers(pages: Pages): void {
  pages.get('/requests/:id{[0-9]+}', (visit) => showConversation(visit, requestIn(visit)));
}

/** The id of the request in the path; throws `not_found` for other text. */
export function requestIn({ c }: Visit): number {
  const id = idIn(c);
  if (id === null) throw new Problem('not_found', 'There is no such request.');
  return id;
}

/** Answers with the page of a request; with what a refusal kept, if there was one. */
export async function showConversation(
  visit: Visit,
  requestId: number,
  refusal?: {
    readonly problem?: Problem;
    readonly typed: Typed | null;
    readonly from: string;
    /** What was refused, where it may be for the sake of a field. */
    readonly form?: Omit<RefusedForm, 'problem'>;
  },
): Promise<Response> {
  const from = refusal?.from ?? visit.c.req.query('from') ?? '';
  const { problem, form, typed = null } = refusal ?? {};
  const refused = form === undefined || problem === undefined ? null : { ...form, problem };
  const conversation = await readConversation(visit, requestId, { from, typed, refused });
  const { request, messages } = conversation;
  const latest = messages.at(-1);
  if (latest !== undefined)
    await markRequestRead(visit.deps, visit.actor, { requestId: request.id, messageId: latest.id });
  const status =
    problem === undefined ? 200 : problem.code === 'invalid_input' ? 422 : PROBLEM_KINDS[problem.code].status;
  return respond(
    visit,
    {
      title: `${request.subject || visit.say(terms).noSubject} · ${requestId}`,
      content: conversationPage(visit, conversation, missedIn(problem)),
      place: placeOf(from),
      alert: problem === undefined ? null : alertOf(visit, problem, conversation),
    },
    status,
  );
}

// What is wrong with a field stands beside it.
function alertOf(visit: Visit, problem: Problem, { refused }: Conversation): string {
  const { values, settling } = refused;
  if (values === null && settling === null) return problemWords(visit, problem);
  return visit.say(fieldWords).notSaved;
}

function missedIn(problem: Problem | undefined): readonly number[] {
  const missed = problem?.code === 'thread_moved_on' ? problem.extras.members?.['missed'] : undefined;
  return Array.isArray(missed) ? missed.map((each: { readonly id: number }) => each.id) : [];
}

function placeOf(from: string): string | undefined {
  const view = new URLSearchParams(from).get('view');
  return view === null ? undefined : `/requests?view=${view}`;
}
