import { adfToText } from '../adf/adf-to-text.ts';
import type { JiraComment } from '../client/shapes.ts';
import type { Hears } from '../mappings/mapping.ts';

/** What becomes of a comment: mail to the contact, a note, or nothing. */
export type JudgedComment = { readonly as: 'mail' | 'note' | 'nothing'; readonly text: string };

const MARK = /^\s*[#/]reply\b[:,]?[^\S\n]*/i;

/**
 * What a person's comment becomes. To the contact goes only what was meant for them: it is visible to everybody in Jira, and
 * the mailbox's policy says so. Whatever is in doubt stays inside.
 */
export function judgeComment(comment: JiraComment, hears: Hears): JudgedComment {
  const text = adfToText(comment.body);
  if (comment.author?.accountType === 'app') return { as: 'nothing', text };
  const isMarked = MARK.test(text);
  const words = isMarked ? text.replace(MARK, '').trim() : text;
  if (words === '') return { as: 'nothing', text };
  const isPublic =
    (comment.visibility === undefined || comment.visibility === null) && comment.jsdPublic !== false;
  const isMeant = hears === 'public' || (hears === 'marked' && isMarked);
  return isPublic && isMeant ? { as: 'mail', text: words } : { as: 'note', text };
}
