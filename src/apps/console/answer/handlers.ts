import { renderCannedReply } from '../../../requests/canned-replies/render-canned-reply.ts';
import { findCannedReply } from '../../../requests/canned-replies/find-canned-reply.ts';
import { addNote } from '../../../requests/messages/add-note.ts';
import { findRequest } from '../../../requests/request/find-request.ts';
import { idempotency } from '../../../platform/idempotency/idempotency.ts';
import { Problem } from '../../../platform/problems.ts';
import { requestIn, showConversation } from '../conversation/handlers.ts';
import { type Form, readForm } from '../parts/forms.ts';
import type { Pages } from '../shell/pages.ts';
import { done } from '../shell/respond.ts';
import type { Visit } from '../shell/visit.ts';
import { draftIn, dropFile, keepFiles, keepText } from './kept-draft.ts';
import { sendReply, written } from './send-reply.ts';
import { bothEffects, insertedAt, type Typed, typedIn, valuesIn } from './typed.ts';

/** What is written on a request's page. */
export function answerHandlers(pages: Pages): void {
  pages.post('/requests/:id{[0-9]+}/replies', async (visit) => {
    const form = await readForm(visit.c);
    return orBackInTheBox(visit, form, 'reply', () => sendReply(visit, requestIn(visit), form));
  });
  pages.post('/requests/:id{[0-9]+}/notes', async (visit) => {
    const form = await readForm(visit.c);
    return orBackInTheBox(visit, form, 'note', () => writeNote(visit, form));
  });
  pages.post('/requests/:id{[0-9]+}/canned', async (visit) => {
    const form = await readForm(visit.c);
    return orBackInTheBox(visit, form, 'reply', () => insertCanned(visit, form));
  });
  pages.post('/requests/:id{[0-9]+}/drafts/:kind{reply|note}/remove-file', async (visit) => {
    const form = await readForm(visit.c);
    const kind = visit.c.req.param('kind') === 'note' ? 'note' : 'reply';
    return orBackInTheBox(visit, form, kind, async () => {
      const requestId = requestIn(visit);
      await dropFile(visit, { requestId, kind }, form);
      return done(visit, `/requests/${requestId}?from=${encodeURIComponent(form.text('from'))}#box`);
    });
  });
}

// The files that came along go to the draft: a browser does not send them a second time.
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
    const { id, status, mergedInto } = await findRequest(visit.deps, visit.actor, requestIn(visit));
    // A merge has taken the conversation along: there the text is still worth sending.
    const requestId = mergedInto ?? id;
    if (error.code !== 'too_large') await keepFiles(visit, { requestId, kind }, form);
    if (mergedInto === null && status === 'closed') await keepText(visit, { requestId, kind }, form);
    const typed = typedIn(form, kind);
    return showConversation(visit, requestId, {
      problem: error,
      typed,
      from: form.text('from'),
      ...(kind === 'reply' ? { form: { verb: 'replies', typed: form } } : {}),
    });
  }
}

async function writeNote(visit: Visit, form: Form): Promise<Response> {
  const { deps, actor } = visit;
  const requestId = requestIn(visit);
  const text = written(visit, form);
  const kept = await keepFiles(visit, { requestId, kind: 'note' }, form);
  const { messageId } = await addNote(deps, actor, {
    requestId,
    text,
    draft: draftIn(form) ?? (kept === null ? undefined : { id: kept.id, version: kept.version }),
    idempotency: idempotency(actor.operatorId, form.line('key') ?? undefined, `note ${requestId}`, { text }),
  });
  const from = encodeURIComponent(form.text('from'));
  return done(visit, `/requests/${requestId}?from=${from}#m${messageId}`, { did: 'noted', id: requestId });
}

// Drawn again with its words in the text, or with fields for what nobody has filled in.
async function insertCanned(visit: Visit, form: Form): Promise<Response> {
  const { deps, actor } = visit;
  const requestId = requestIn(visit);
  await keepFiles(visit, { requestId, kind: 'reply' }, form);
  const typed: Typed = { ...typedIn(form, 'reply'), asked: null };
  const cannedReplyId = form.id('canned');
  const show = (shown: Typed) =>
    showConversation(visit, requestId, { typed: shown, from: form.text('from') });
  if (cannedReplyId === null) return show(typed);
  const values = form.id('asked') === cannedReplyId ? valuesIn(form) : {};
  const filled = await renderCannedReply(deps, actor, { cannedReplyId, requestId, values });
  if (filled.unfilled.length > 0) {
    const { name } = await findCannedReply(deps, actor, cannedReplyId);
    return show({ ...typed, asked: { id: cannedReplyId, name, unfilled: filled.unfilled, values } });
  }
  const at = /^\d+$/.test(form.text('at')) ? Number(form.text('at')) : null;
  return show({
    ...typed,
    text: insertedAt(typed.text, filled.text, at),
    effects: bothEffects(typed.effects, filled),
  });
}
