import type { Deps } from '../../platform/deps.ts';
import { lockVisibleMailbox } from '../settings/lock-visible-mailbox.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { invalidField } from '../../platform/problems.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import type { TemplateName } from './find-template.ts';
import { deleteTemplate, listShownFields, upsertTemplate } from './queries.ts';
import { templateFault, type TemplateText } from './template.ts';

/** Gives a mailbox its own words for a notice in one language. Refused, with what is wrong, when they cannot be used. */
export async function setTemplate(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: TemplateName & TemplateText & { readonly enabled: boolean },
): Promise<void> {
  requirePermission(actor, 'mailboxes.edit');
  const { mailboxId, kind, language, text, html, enabled } = input;
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    await lockVisibleMailbox(tx, actor, mailboxId);
    const fault = templateFault(kind, { text, html }, await listShownFields(tx, mailboxId));
    if (fault !== null) throw invalidField(`/${fault.field}`, fault.detail);
    const row = { kind, language, text, html, enabled, updatedAt: at };
    await upsertTemplate(tx, mailboxId, row, actor.operatorId);
    await recordEvent(tx, {
      type: 'template.set',
      actor,
      at,
      mailboxId,
      new: { kind, language, text, html, enabled },
    });
  });
}

/** Takes a mailbox's own words away: the template that ships is used again. */
export async function resetTemplate(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  { mailboxId, kind, language }: TemplateName,
): Promise<void> {
  requirePermission(actor, 'mailboxes.edit');
  await deps.db.begin(async (tx) => {
    await lockVisibleMailbox(tx, actor, mailboxId);
    if (!(await deleteTemplate(tx, mailboxId, kind, language))) return;
    await recordEvent(tx, {
      type: 'template.reset',
      actor,
      at: deps.clock.now(),
      mailboxId,
      old: { kind, language },
    });
  });
}
