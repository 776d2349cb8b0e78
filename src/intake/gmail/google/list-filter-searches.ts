import type { gmail_v1 } from 'googleapis/build/src/apis/gmail/v1.js';
import { NOT_FOR_THE_DESK } from '../relay/gmail-filter.ts';

/**
 * A Gmail search for each filter that labels mail for the desk: what it catches, the search finds. One whose criteria are
 * none of these is left out, for an empty search finds everything.
 */
export async function listFilterSearches(
  gmail: gmail_v1.Gmail,
  queueLabelId: string,
): Promise<readonly string[]> {
  const { data } = await gmail.users.settings.filters.list({ userId: 'me' });
  return (data.filter ?? [])
    .filter(({ action }) => action?.addLabelIds?.includes(queueLabelId))
    .map(({ criteria }) => searchOf(criteria ?? {}))
    .filter((search) => search !== '');
}

function searchOf(criteria: gmail_v1.Schema$FilterCriteria): string {
  const { from, to, subject, query, negatedQuery, hasAttachment, size, sizeComparison } = criteria;
  return [
    from && `from:(${from})`,
    to && `to:(${to})`,
    subject && `subject:(${subject})`,
    query && `(${query})`,
    negatedQuery && (negatedQuery === NOT_FOR_THE_DESK ? `-${negatedQuery}` : `-(${negatedQuery})`),
    hasAttachment === true && 'has:attachment',
    size && sizeComparison === 'larger' && `larger:${size}`,
    size && sizeComparison === 'smaller' && `smaller:${size}`,
  ]
    .filter((term) => typeof term === 'string' && term !== '')
    .join(' ');
}
