import { detectLanguage } from '../../../mail/reading/detect-language.ts';
import type { IntakeMailbox } from '../../../mailboxes/mailbox.ts';
import { isTransient } from '../../../platform/db/errors.ts';
import type { Deps } from '../../../platform/deps.ts';
import type { ReadMail } from '../../filing/read-mail.ts';
import { type RuleVerdict, judgeRules, type MailFacts } from './judge-rules.ts';
import { keptRules } from './kept-rules.ts';
import type { RuledBy } from '../acting/ruled.ts';
import { type Failure, type Place, type DeskRule, RuleFailed } from '../rule.ts';

/** What the rules of its mailbox say of an email that is being filed. */
export type RulesOnMail = {
  /** Those that hit it where it goes, in their order, and those that could not be tried or could not do what they say. */
  readonly at: (place: Place) => RuledBy;
};

/** For what goes into no request. */
export const NO_RULES: RulesOnMail = { at: () => ({ rules: [], failed: [] }) };

/**
 * Files an email with the rules of its mailbox, which are tried before any lock is taken. A rule that fails in the middle of it
 * has spoilt the transaction alone: it is filed again without that rule, and the failure is recorded with it.
 */
export async function withRules<Result>(
  deps: Pick<Deps, 'db' | 'log'>,
  mailbox: IntakeMailbox,
  mail: ReadMail,
  file: (rules: RulesOnMail) => Promise<Result>,
): Promise<Result> {
  if (mailbox.rulesVersion === null) return file(NO_RULES);
  const { judged, failed } = await judge(deps, mailbox, mail);
  const spoilt = [...failed];
  for (;;) {
    const failing = new Set(spoilt.map(({ ruleId }) => ruleId));
    const kept = judged.filter(({ rule }) => !failing.has(rule.id));
    try {
      return await file({ at: (place) => ({ rules: hitsAt(kept, place), failed: spoilt }) });
    } catch (error) {
      if (!(error instanceof RuleFailed)) throw error;
      spoilt.push(...error.failures);
    }
  }
}

/** What rules see of an email that has been read. */
export function factsOf({ reading, handedOver, judged, person }: ReadMail): MailFacts | null {
  if (!reading.ok) return null;
  const { mail } = reading;
  const senders = [person?.address.address, mail.from?.address].filter((address) => address !== undefined);
  return {
    senders: [...new Set(senders)],
    recipients: [...mail.to, ...mail.cc].map(({ address }) => address),
    subject: mail.subject,
    text: handedOver.raw === null ? '' : mail.visibleText,
    headers: () => mail.headers,
    language: () => detectLanguage(mail),
    hasAttachment: mail.attachments.some(({ inline }) => !inline),
    class: judged.class,
  };
}

async function judge(
  deps: Pick<Deps, 'db' | 'log'>,
  mailbox: IntakeMailbox,
  mail: ReadMail,
): Promise<{ readonly judged: readonly RuleVerdict[]; readonly failed: readonly Failure[] }> {
  const none = { judged: [], failed: [] };
  try {
    const facts = factsOf(mail);
    return facts === null ? none : judgeRules(await keptRules(deps.db, mailbox), facts);
  } catch (error) {
    if (isTransient(error)) throw error;
    deps.log.error({ error, mailboxId: mailbox.id }, 'rules could not be read; email is filed without them');
    return none;
  }
}

function hitsAt(judged: readonly RuleVerdict[], place: Place): readonly DeskRule[] {
  const hits: DeskRule[] = [];
  for (const each of judged) {
    if (each[place] === null) continue;
    hits.push(each.rule);
    if (each.rule.stop) break;
  }
  return hits;
}
