import type { Deps } from '../../platform/deps.ts';
import type { NoticeKind } from '../mailbox.ts';
import type { Language } from '../../mail/language.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { listTemplates, type TemplateView } from './list-templates.ts';

export type TemplateName = {
  readonly mailboxId: number;
  readonly kind: NoticeKind;
  readonly language: Language;
};

/** A notice of a mailbox in one language, its own or else the one that ships. */
export async function findTemplate(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  name: TemplateName,
): Promise<TemplateView> {
  const all = await listTemplates(deps, actor, name);
  const found = all.find((each) => each.kind === name.kind && each.language === name.language);
  if (found === undefined) throw new Error('Every notice has a template in every language');
  return found;
}
