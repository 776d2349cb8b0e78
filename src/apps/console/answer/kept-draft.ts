import { addDraftFile, removeDraftFile } from '../../../requests/drafts/draft-files.ts';
import type { Draft, DraftKind, NamedDraft } from '../../../requests/drafts/draft.ts';
import { saveDraft } from '../../../requests/drafts/save-draft.ts';
import { Problem } from '../../../platform/problems.ts';
import type { Form } from '../parts/forms.ts';
import { givenFiles } from '../parts/given-files.ts';
import type { Visit } from '../shell/visit.ts';

type Which = { readonly requestId: number; readonly kind: DraftKind };

/**
 * What the page has saved of it; the version on the server may be a newer tab's, which is then not ended unseen. None when
 * nothing is saved.
 */
export function draftIn(form: Form): NamedDraft | undefined {
  const id = form.id('draftId');
  return id === null ? undefined : { id, version: Number(form.text('draftVersion')) || 0 };
}

/** Puts the files that a form carries to its draft, where they outlive a refusal; null when it carries none. */
export async function keepFiles({ deps, actor }: Visit, which: Which, form: Form): Promise<Draft | null> {
  let draft: Draft | null = null;
  for (const file of await givenFiles(form)) draft = await addDraftFile(deps, actor, { ...which, file });
  return draft;
}

/** Saves what a box holds as a draft, which outlives the next page; another tab's newer draft is not changed. */
export async function keepText({ deps, actor }: Visit, which: Which, form: Form): Promise<void> {
  const version = draftIn(form)?.version ?? 0;
  try {
    await saveDraft(deps, actor, { ...which, version, text: form.text('text'), cc: null });
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'newer_version') throw error;
  }
}

/** Removes a file and keeps what the box holds, because the page is drawn again. */
export async function dropFile(visit: Visit, which: Which, form: Form): Promise<void> {
  const { deps, actor } = visit;
  await keepFiles(visit, which, form);
  const text = form.text('text');
  const version = draftIn(form)?.version ?? 0;
  await saveDraft(deps, actor, { ...which, version, text, cc: null });
  await removeDraftFile(deps, actor, { ...which, fileId: form.id('file') ?? 0 });
}
