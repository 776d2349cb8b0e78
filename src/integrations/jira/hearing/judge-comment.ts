import type { JiraComment } from '../client/shapes.ts';
import type { Hears } from '../mappings/mapping.ts';

/** What becomes of a comment: mail to the contact, a note, or nothing. */
export type JudgedComment = { readonly as: 'mail' | 'note' | 'nothing'; readonly text: string };

export type SaidComment = { readonly comment: JiraComment; readonly text: string };

const MARK = /^\s*[#/]reply\b[:,]?[^\S\n]*/i;

/**
 * What a person's comment becomes. To the contact goes only what was meant for them: it is visible to everybody in Jira, and
 * the mailbox's policy says so. Whatever is in doubt stays inside.
 */
export function judgeComment({ comment, text }: SaidComment, hears: Hears): JudgedComment {
  if (comment.author?.accountType === 'app') return { as: 'nothing', text };
  const isMarked = MARK.test(text);
  const words = isMarked ? text.replace(MARK, '').trim() : text;
  if (words === '') return { as: 'nothing', text };
  const isPublic =
    (comment.visibility === undefined || comment.visibility === null) &&
    comment.jsdPublic !== false &&
    !(comment.properties ?? []).some(isInternal);
  const isMeant = hears === 'public' || (hears === 'marked' && isMarked);
  return isPublic && isMeant ? { as: 'mail', text: words } : { as: 'note', text };
}

// How Data Center's service projects say of a comment that the customer does not see it.
function isInternal({ key, value }: { readonly key: string; readonly value?: unknown }): boolean {
  if (key !== 'sd.public.comment') return false;
  return typeof value !== 'object' || value === null || !('internal' in value) || value.internal !== false;
}
