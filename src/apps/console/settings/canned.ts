import { CANNED_STATUSES, type CannedReply } from '../../../requests/canned-replies/canned-reply.ts';
import { findCannedReply } from '../../../requests/canned-replies/find-canned-reply.ts';
import {
  addCannedReply,
  editCannedReply,
  removeCannedReply,
} from '../../../requests/canned-replies/save-canned-reply.ts';
import { type Form, readForm } from '../parts/forms.ts';
import type { Pages } from '../shell/pages.ts';
import { orAgain } from '../shell/refused.ts';
import { done } from '../shell/respond.ts';
import { idIn, type Visit } from '../shell/visit.ts';
import { type CannedWords, showCanned } from './canned-page.ts';

/** Texts for many answers: one's own, a mailbox's, the desk's. */
export function cannedHandlers(pages: Pages): void {
  pages.get('/settings/canned', (visit) => showCanned(visit, { canned: null }));
  pages.get('/settings/canned/:id{[0-9]+}', async (visit) =>
    showCanned(visit, { canned: await cannedIn(visit) }),
  );
  pages.post('/settings/canned', async (visit) => {
    const form = await readForm(visit.c);
    return change(visit, null, form);
  });
  pages.post('/settings/canned/:id{[0-9]+}', async (visit) => {
    const form = await readForm(visit.c);
    return change(visit, await cannedIn(visit), form);
  });
}

function cannedIn({ c, deps, actor }: Visit): Promise<CannedReply> {
  return findCannedReply(deps, actor, idIn(c) ?? 0);
}

async function change(visit: Visit, canned: CannedReply | null, form: Form): Promise<Response> {
  const { deps, actor } = visit;
  const typed = wordsIn(form);
  if (form.text('verb') === 'preview') return showCanned(visit, { canned, typed });
  const { scope, mailboxId, ...words } = typed;
  const save = async (): Promise<Response> => {
    if (canned === null) await addCannedReply(deps, actor, { scope, mailboxId, ...words });
    else if (form.text('verb') === 'remove')
      await removeCannedReply(deps, actor, { cannedReplyId: canned.id });
    else await editCannedReply(deps, actor, { cannedReplyId: canned.id, changes: words });
    return done(visit, '/settings/canned', { did: 'saved' });
  };
  return orAgain(visit, save, (alert) => showCanned(visit, { canned, typed, alert }));
}

// `own`, `desk`, or the number of a mailbox.
function wordsIn(form: Form): CannedWords {
  const whose = form.text('scope');
  const mailboxId = form.id('scope');
  return {
    scope: mailboxId !== null ? 'mailbox' : whose === 'desk' ? 'desk' : 'own',
    mailboxId,
    name: form.text('name'),
    text: form.text('text'),
    status: CANNED_STATUSES.find((each) => each === form.text('status')) ?? null,
    category: form.line('category'),
    tags: form
      .text('tags')
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
  };
}
