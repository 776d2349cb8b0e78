import type { Deps } from '../../platform/deps.ts';
import { findMailbox } from '../settings/find-mailbox.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { invalidField } from '../../platform/problems.ts';
import { replySubject } from '../../mail/outgoing/reply-subject.ts';
import { listShownFields } from './queries.ts';
import { findTemplate, type TemplateName } from './find-template.ts';
import { type Rendered, renderTemplate, sampleValues, templateFault, type TemplateText } from './template.ts';

/** Renders a notice with sample values, from the given text or the current template. Saves nothing, sends nothing. */
export async function previewTemplate(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: TemplateName & { readonly words: TemplateText | null },
): Promise<Rendered & { readonly subject: string }> {
  const mailbox = await findMailbox(deps, actor, input);
  const words = input.words ?? (await findTemplate(deps, actor, input));
  const fields = await listShownFields(deps.db, input.mailboxId);
  const fault = templateFault(input.kind, words, fields);
  if (fault !== null) throw invalidField(`/${fault.field}`, fault.detail);
  const values = sampleValues(mailbox, input.kind, fields);
  return { subject: replySubject(values.request.subject), ...renderTemplate(words, values) };
}
