import { listRules } from '../../../intake/rules/find-rules.ts';
import { addRule } from '../../../intake/rules/save-rule.ts';
import { findServingOperator } from '../../../people/operators/find-operator.ts';
import type { Deps } from '../../../platform/deps.ts';

const BY_EMAIL = { enabled: true, trigger: 'mail', afterDays: null, match: 'all', stop: false } as const;

/** The first hits the letter that stands on the page, the second one that is impatient. */
const RULES = [
  {
    ...BY_EMAIL,
    name: 'Parcels',
    conditions: [{ field: 'words', value: ['parcel*', 'delivery'] }],
    actions: [
      { type: 'category', value: 'shipping' },
      { type: 'tags', value: ['parcel'] },
    ],
  },
  {
    ...BY_EMAIL,
    name: 'Impatient',
    conditions: [{ field: 'words', value: ['urgent*', 'asap', 'still waiting', 'has not arrived'] }],
    actions: [
      { type: 'priority', value: 'P2' },
      { type: 'tags', value: ['impatient'] },
    ],
  },
  {
    ...BY_EMAIL,
    name: 'No answer for a week',
    trigger: 'time',
    afterDays: 7,
    conditions: [],
    actions: [{ type: 'close' }],
  },
] as const;

/** Gives the demo's mailbox rules, once: one that somebody removed stays away while another is there. */
export async function addDemoRules(
  deps: Pick<Deps, 'db' | 'clock'>,
  { email, mailboxId }: { readonly email: string; readonly mailboxId: number },
): Promise<void> {
  const actor = await findServingOperator(deps.db, { email, mailboxId });
  if (actor === null || (await listRules(deps, actor, { mailboxId })).length > 0) return;
  for (const rule of RULES) await addRule(deps, actor, { ...rule, mailboxId });
}
