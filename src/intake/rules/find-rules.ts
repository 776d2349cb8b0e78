import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission, servesMailbox } from '../../people/access/permissions.ts';
import { findMailbox } from '../../mailboxes/settings/find-mailbox.ts';
import type { Deps } from '../../platform/deps.ts';
import { notFound } from '../../platform/problems.ts';
import type { DeskRule } from './rule.ts';
import { findRuleRow, listRuleRows } from './rule-queries.ts';

/** The rules of a mailbox in the order in which they are tried; 404 for one that the operator does not serve. */
export async function listRules(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  { mailboxId }: { readonly mailboxId: number },
): Promise<readonly DeskRule[]> {
  requirePermission(actor, 'rules.read');
  await findMailbox(deps, actor, { mailboxId });
  return listRuleRows(deps.db, mailboxId);
}

/** One rule of a mailbox. */
export async function findRule(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  { mailboxId, ruleId }: { readonly mailboxId: number; readonly ruleId: number },
): Promise<DeskRule> {
  requirePermission(actor, 'rules.read');
  const rule = servesMailbox(actor, mailboxId) ? await findRuleRow(deps.db, mailboxId, ruleId) : null;
  if (rule === null) throw notFound('rule', ruleId);
  return rule;
}
