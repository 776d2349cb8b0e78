import type { IntakeMailbox } from '../../../mailboxes/mailbox.ts';
import type { Db } from '../../../platform/db/connect.ts';
import { type ReadyRule, readyRule } from './judge-rules.ts';
import { listMailRules } from '../rule-queries.ts';

type Kept = { readonly version: string; readonly rules: readonly ReadyRule[] };

const kept = new Map<number, Kept>();

/**
 * The rules for email of a mailbox that has some, ready to be tried. They are read when the mailbox names a version that is not
 * in memory, so that they cost an email no round trip.
 */
export async function keptRules(
  db: Db,
  { id, rulesVersion }: Pick<IntakeMailbox, 'id' | 'rulesVersion'>,
): Promise<readonly ReadyRule[]> {
  if (rulesVersion === null) return [];
  const known = kept.get(id);
  if (known?.version === rulesVersion) return known.rules;
  // Those of another version, if they changed meanwhile, are read again with the next email.
  const rules = (await listMailRules(db, id)).map(readyRule);
  kept.set(id, { version: rulesVersion, rules });
  return rules;
}
