import { editOwnSettings } from '../../../people/own-settings/edit-own-settings.ts';
import { markRequestRead } from '../../../requests/read-marks/mark-request-read.ts';
import { idempotency } from '../../../platform/idempotency/idempotency.ts';
import { invalidField, Problem } from '../../../platform/problems.ts';
import { PROBLEM_KINDS } from '../../../platform/http/problems/problem-response.ts';
import { closeRequest } from '../../../requests/life/closing.ts';
import { addNote } from '../../../requests/messages/add-note.ts';
import { findMessage } from '../../../requests/messages/find-message.ts';
import { replyToRequest } from '../../../requests/replies/reply-to-request.ts';
import { type Form, readForm } from '../parts/forms.ts';
import type { Pages } from '../shell/pages.ts';
import { problemWords } from '../shell/problem-words.ts';
import { done, respond } from '../shell/respond.ts';
import { terms } from '../parts/terms.ts';
import { idIn, type Visit } from '../shell/visit.ts';
import { neighbours, readConversation, type Typed } from './conversation.ts';
import { conversationPage } from './page.ts';
import { conversationWords } from './words.ts';

/** How long a reply can be taken back. */
const HOLD_SECONDS = 10;

/** A request's page, and what is written on it. */
export function conversationHandlers(pages: Pages): void {
  pages.get('/requests/:id{[0-9]+}', (visit) => showConversation(visit, requestIn(visit)));
  pages.post('/requests/:id{[0-9]+}/replies', async (visit) => {
    const form = await readForm(visit.c);
    return orBackInTheBox(visit, form, 'reply', () => sendReply(visit, form));
  });
  pages.post('/requests/:id{[0-9]+}/notes', async (visit) => {
    const form = await readForm(visit.c);
    return orBackInTheBox(visit, form, 'note', () => writeNote(visit, form));
  });
}

/** The id of the request in the path; `not_found` for what is none. */
export function requestIn({ c }: Visit): number {
  const id = idIn(c);
  if (id === null) throw new Problem('not_found', 'There is no such request.');
  return id;
}

/** Answers with the page of a request; with what a refusal kept, if there was one. */
export async function showConversation(
  visit: Visit,
  requestId: number,
  refusal?: { readonly problem?: Problem; readonly typed: Typed | null; readonly from: string },
): Promise<Response> {
  const from = refusal?.from ?? visit.c.req.query('from') ?? '';
  const conversation = await readConversation(visit, requestId, { from, typed: refusal?.typed ?? null });
  const { request, messages } = conversation;
  const latest = messages.at(-1);
  if (latest !== undefined)
    await markRequestRead(visit.deps, visit.actor, { requestId: request.id, messageId: latest.id });
  const problem = refusal?.problem;
  const status =
    problem === undefined ? 200 : problem.code === 'invalid_input' ? 422 : PROBLEM_KINDS[problem.code].status;
  return respond(
    visit,
    {
      title: `${request.subject || visit.say(terms).noSubject} · ${requestId}`,
      content: conversationPage(visit, conversation, missedIn(problem)),
      place: placeOf(from),
      alert: problem === undefined ? null : problemWords(visit, problem),
    },
    status,
  );
}

async function orBackInTheBox(
  visit: Visit,
  form: Form,
  kind: Typed['kind'],
  write: () => Promise<Response>,
): Promise<Response> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof Problem) || error.code === 'not_found') throw error;
    const typed: Typed = { kind, text: form.text('text'), noCopies: form.has('noCopies') };
    return showConversation(visit, requestIn(visit), {
      problem: error,
      typed,
      from: form.text('from'),
    });
  }
}

async function sendReply(visit: Visit, form: Form): Promise<Response> {
  const { deps, actor } = visit;
  const requestId = requestIn(visit);
  const text = written(visit, form);
  const files = await Promise.all(form.files('attachments').map(givenFile));
  const seenMessageId = form.id('seenMessageId');
  const cc = form.has('noCopies') ? [] : undefined;
  const from = form.text('from');
  const after = await neighbours(visit, requestId, from);
  const { messageId } = await replyToRequest(deps, actor, {
    requestId,
    text,
    holdSeconds: HOLD_SECONDS,
    files,
    draft: draftIn(form),
    ...(seenMessageId === null ? {} : { seenMessageId }),
    ...(cc === undefined ? {} : { cc }),
    idempotency: idempotency(actor.operatorId, form.line('key') ?? undefined, `reply ${requestId}`, {
      text,
      files: files.map(({ name, content }) => [name, content.length]),
    }),
  });
  const { delivery } = await findMessage(deps, actor, messageId);
  if (form.text('verb') === 'close') await closeRequest(deps, actor, { requestId, notify: true });
  const told = { did: 'sent', id: requestId, undo: delivery?.id ?? 0 } as const;
  const then = (['stay', 'next', 'list'] as const).find((each) => each === form.text('then')) ?? 'stay';
  if (then !== visit.settings.afterSend) await editOwnSettings(deps, actor, { afterSend: then });
  if (then === 'list') return done(visit, `/requests?${from || 'view=open'}`, told);
  if (then === 'next' && after.next !== null)
    return done(visit, `/requests/${after.next}?from=${encodeURIComponent(from)}`, told);
  return done(visit, `/requests/${requestId}?from=${encodeURIComponent(from)}#m${messageId}`, told);
}

async function writeNote(visit: Visit, form: Form): Promise<Response> {
  const { deps, actor } = visit;
  const requestId = requestIn(visit);
  const text = written(visit, form);
  const key = form.line('key') ?? undefined;
  const { messageId } = await addNote(deps, actor, {
    requestId,
    text,
    draft: draftIn(form),
    idempotency: idempotency(actor.operatorId, key, `note ${requestId}`, { text }),
  });
  const from = encodeURIComponent(form.text('from'));
  return done(visit, `/requests/${requestId}?from=${from}#m${messageId}`, { did: 'noted', id: requestId });
}

// What the page has saved of it; the version on the server may be a newer tab's, which is then not ended unseen.
function draftIn(form: Form): { readonly id: number; readonly version: number } | undefined {
  const id = form.id('draftId');
  return id === null ? undefined : { id, version: Number(form.text('draftVersion')) || 0 };
}

function written(visit: Visit, form: Form): string {
  const text = form.text('text').trimEnd();
  if (text.trim() === '') throw invalidField('', visit.say(conversationWords).empty);
  return text;
}

async function givenFile(file: File) {
  return { name: file.name, contentType: file.type, content: new Uint8Array(await file.arrayBuffer()) };
}

function missedIn(problem: Problem | undefined): readonly number[] {
  const missed = problem?.code === 'thread_moved_on' ? problem.extras.members?.['missed'] : undefined;
  return Array.isArray(missed) ? missed.map((each: { readonly id: number }) => each.id) : [];
}

function placeOf(from: string): string | undefined {
  const view = new URLSearchParams(from).get('view');
  return view === null ? undefined : `/requests?view=${view}`;
}
