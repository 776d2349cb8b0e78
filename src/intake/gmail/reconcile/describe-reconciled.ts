import { shorten } from '../../../mail/text.ts';
import type { Reconciled } from '../../sources/source-work.ts';
import type { Progress, ReconcileReport } from './reconcile.ts';

/** What a comparison with Gmail found, as a person at a terminal reads it. */
export function describeReconciled(report: ReconcileReport, applied: boolean): Reconciled {
  const { mailbox, since, listed, mails, spam, trash } = report;
  const rows = mails.map((mail) => [
    new Date(mail.internalDate).toISOString(),
    mail.id,
    shorten(mail.from, 32),
    shorten(mail.subject, 40),
    mail.result === null
      ? mail.state
      : [mail.result.status, mail.result.outcome, mail.result.reason].filter(Boolean).join(' '),
  ]);
  const failed = mails.filter(({ result }) => applied && (result === null || result.status === 'retry'));
  return {
    head: ['RECEIVED', 'GMAIL ID', 'FROM', 'SUBJECT', applied ? 'RESULT' : 'STATE'],
    rows,
    lines: [
      `${mailbox}: ${listed} ${listed === 1 ? 'message' : 'messages'} in Gmail since ${since.toISOString()}, ${mails.length} not at the desk${applied ? ', taken in now' : ''}.`,
      `Left alone: ${spam.length} in Spam, ${trash.length} in Trash.`,
      ...(failed.length > 0 ? [`${failed.length} could not be taken in: run this again.`] : []),
    ],
    json: { ...report, applied },
  };
}

const STAGES = { listing: 'Listed', reading: 'Looked at', filing: 'Taken in' } as const;

/** Says how far a comparison is, every so often. */
export function tellProgress(tell: (line: string) => void): (progress: Progress) => void {
  let toldAt = 0;
  let stage: Progress['stage'] | null = null;
  return (progress) => {
    const step = progress.stage === 'listing' ? 2000 : 25;
    if (progress.stage !== stage) toldAt = 0;
    stage = progress.stage;
    if (progress.done < toldAt + step && progress.done !== progress.of) return;
    toldAt = progress.done;
    tell(`${STAGES[progress.stage]} ${progress.done}${progress.of === null ? '' : ` of ${progress.of}`}.`);
  };
}
