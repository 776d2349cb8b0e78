import type { gmail_v1 } from 'googleapis/build/src/apis/gmail/v1.js';
import { NOT_FOR_THE_DESK } from '../relay/gmail-filter.ts';

export type FilterPlaced = 'created' | 'replaced' | 'kept' | 'own';

/**
 * Ensures a filter that labels messages for the desk. Ours is kept, or replaced when `neverSpam` differs. Beside a
 * filter of the owner's own, which may let only some messages through, nothing is added (`own`).
 */
export async function placeFilter(
  gmail: gmail_v1.Gmail,
  queueLabelId: string,
  neverSpam: boolean,
): Promise<FilterPlaced> {
  const { data } = await gmail.users.settings.filters.list({ userId: 'me' });
  const labelling = (data.filter ?? []).filter((filter) =>
    (filter.action?.addLabelIds ?? []).includes(queueLabelId),
  );
  const ours = labelling.filter(isOurs);
  if (labelling.length > 0 && ours.length === 0) return 'own';
  if (ours.some((filter) => keepsFromSpam(filter) === neverSpam)) return 'kept';
  await gmail.users.settings.filters.create({
    userId: 'me',
    requestBody: {
      criteria: { negatedQuery: NOT_FOR_THE_DESK },
      action: { addLabelIds: [queueLabelId], ...(neverSpam ? { removeLabelIds: ['SPAM'] } : {}) },
    },
  });
  // Deleted only now: meanwhile a message may be labelled twice, which does no harm, but never not at all.
  for (const { id } of ours)
    if (typeof id === 'string') await gmail.users.settings.filters.delete({ userId: 'me', id });
  return ours.length > 0 ? 'replaced' : 'created';
}

function isOurs({ criteria }: gmail_v1.Schema$Filter): boolean {
  return criteria?.negatedQuery === NOT_FOR_THE_DESK;
}

function keepsFromSpam({ action }: gmail_v1.Schema$Filter): boolean {
  return (action?.removeLabelIds ?? []).includes('SPAM');
}
