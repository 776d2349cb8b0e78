import { readStoredBytes } from '../../../platform/bucket/read-stored.ts';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { findMailbox } from '../../../mailboxes/settings/find-mailbox.ts';
import { readHeaderBlock } from '../../../mail/mime/header-block.ts';
import { repairRaw } from '../../../mail/mime/repair-raw.ts';
import type { Header } from '../../../mail/parsed-mail.ts';
import type { OperatorActor } from '../../../people/access/actor.ts';
import { requirePermission } from '../../../people/access/permissions.ts';
import type { Deps } from '../../../platform/deps.ts';
import { invalidField } from '../../../platform/problems.ts';
import { HEADER_WINDOW, listFiledMails, type FiledMail } from './dry-run-queries.ts';
import { cleanCondition } from '../ensure-rule.ts';
import { judgeRules, type MailFacts, type Reason, readyRule } from './judge-rules.ts';
import type { RuleText } from '../rule.ts';
import { listWaiting } from '../acting/time-queries.ts';

/** How many of a mailbox's latest messages a rule is tried on, and how many are in memory at once. */
const LOOKED_AT = 1000;
const AT_ONCE = 100;

export type Trial = Pick<RuleText, 'trigger' | 'afterDays' | 'match' | 'conditions'>;

export type TrialHit = {
  readonly requestId: number;
  readonly messageId: number | null;
  readonly subject: string;
  readonly from: string;
  readonly at: Date;
  readonly reasons: readonly Reason[];
};

export type TrialResult = {
  readonly looked: number;
  readonly hits: readonly TrialHit[];
  readonly failed: string | null;
};

/** Which of a mailbox's last 1,000 messages, or by time which requests that wait now, a rule would hit. It does nothing. */
export async function tryRule(
  deps: Pick<Deps, 'db' | 'bucket' | 'clock'>,
  actor: OperatorActor,
  { mailboxId, trial }: { readonly mailboxId: number; readonly trial: Trial },
): Promise<TrialResult> {
  requirePermission(actor, 'rules.read');
  await findMailbox(deps, actor, { mailboxId });
  return trial.trigger === 'time' ? tryOnWaiting(deps, mailboxId, trial) : tryOnMail(deps, mailboxId, trial);
}

async function tryOnWaiting(
  deps: Pick<Deps, 'db' | 'bucket' | 'clock'>,
  mailboxId: number,
  { afterDays }: Trial,
): Promise<TrialResult> {
  if (afterDays === null) throw invalidField('/afterDays', 'is needed for a rule by time');
  const { looked, waiting } = await listWaiting(
    deps.db,
    { mailboxId, afterDays, at: deps.clock.now() },
    LOOKED_AT,
  );
  return { looked, hits: waiting.map((each) => ({ ...each, messageId: null, reasons: [] })), failed: null };
}

async function tryOnMail(
  deps: Pick<Deps, 'db' | 'bucket'>,
  mailboxId: number,
  { match, conditions }: Trial,
): Promise<TrialResult> {
  const clean = conditions.map((each, index) => cleanCondition(each, `/conditions/${index}`));
  const ready = readyRule({ id: 0, name: '', match, conditions: clean });
  const asksHeaders = clean.some(({ field }) => field === 'header');
  const hits: TrialHit[] = [];
  let failed: string | null = null;
  let looked = 0;
  let before: number | null = null;
  while (looked < LOOKED_AT) {
    const page = { before, limit: AT_ONCE, headers: asksHeaders };
    const listed = await listFiledMails(deps.db, mailboxId, page);
    const mails = asksHeaders ? await Promise.all(listed.map((mail) => withBeginning(deps, mail))) : listed;
    for (const mail of mails) {
      const { judged, failed: failures } = judgeRules([ready], factsOf(mail));
      failed ??= failures[0]?.error ?? null;
      const reasons = judged[0]?.[mail.opened ? 'new' : 'joined'] ?? null;
      const { requestId, messageId, subject, from, at } = mail;
      if (reasons !== null) hits.push({ requestId, messageId, subject, from, at, reasons });
    }
    looked += mails.length;
    before = mails.at(-1)?.messageId ?? null;
    if (mails.length < AT_ONCE) break;
    await nextTurn();
  }
  return { looked, hits, failed };
}

async function withBeginning(deps: Pick<Deps, 'db' | 'bucket'>, mail: FiledMail): Promise<FiledMail> {
  if (!mail.inBucket) return mail;
  const original = { what: 'original', id: mail.intakeId } as const;
  return { ...mail, beginning: await readStoredBytes(deps, original, 0, HEADER_WINDOW) };
}

function factsOf(mail: FiledMail): MailFacts {
  return { ...mail, headers: () => headersOf(mail), language: () => mail.language };
}

function headersOf({ beginning, headers }: FiledMail): readonly Header[] {
  if (beginning === null)
    return (headers ?? []).map(([name, value]) => ({ name: name.toLowerCase(), value }));
  const bytes = repairRaw(beginning);
  return readHeaderBlock(bytes, 0, bytes.length).headers;
}
