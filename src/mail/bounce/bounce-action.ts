import { saysDelayed } from './delay-words.ts';
import type { StatusEntry } from './delivery-status.ts';

export type BounceAction = 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded';

/** What became of the email: by the fields of the report, else by its subject and its first words. */
export function actionOf(entries: readonly StatusEntry[], subject: string, text: string): BounceAction {
  const actions = entries.map((entry) => entry.action);
  for (const action of ['failed', 'delayed', 'delivered', 'relayed', 'expanded'] as const)
    if (actions.includes(action)) return action;
  if (entries.length > 0) return byStatus(entries, subject, text);
  return saysDelayed(subject, text) ? 'delayed' : 'failed';
}

function byStatus(entries: readonly StatusEntry[], subject: string, text: string): BounceAction {
  // 4.4.7 is what a server gives up with: "delivery time expired".
  if (
    entries.every(
      ({ status }) => status?.startsWith('4') && (status !== '4.4.7' || saysDelayed(subject, text)),
    )
  )
    return 'delayed';
  return entries.every(({ status }) => status?.startsWith('2')) ? 'delivered' : 'failed';
}
