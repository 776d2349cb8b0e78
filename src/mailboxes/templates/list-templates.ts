import type { Deps } from '../../platform/deps.ts';
import { findMailbox } from '../settings/find-mailbox.ts';
import { type MailboxTemplate, NOTICE_KINDS } from '../mailbox.ts';
import { LANGUAGES } from '../../mail/language.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { listTemplateRows } from './queries.ts';
import { SHIPPED } from './shipped-templates.ts';

export type TemplateView = MailboxTemplate & {
  /** It is the one that comes with the desk. */
  readonly shipped: boolean;
  readonly updatedAt: Date | null;
};

/** The notices of a mailbox in every language, its own or else the ones that ship. */
export async function listTemplates(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: { readonly mailboxId: number },
): Promise<readonly TemplateView[]> {
  await findMailbox(deps, actor, input);
  const own = await listTemplateRows(deps.db, input.mailboxId);
  return NOTICE_KINDS.flatMap((kind) =>
    LANGUAGES.map((language) => {
      const row = own.find((each) => each.kind === kind && each.language === language);
      return row === undefined
        ? {
            kind,
            language,
            text: SHIPPED[language][kind],
            html: null,
            enabled: true,
            shipped: true,
            updatedAt: null,
          }
        : { ...row, shipped: false };
    }),
  );
}
