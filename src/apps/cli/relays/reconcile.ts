import type { Progress, ReconcileReport } from '../../../intake/gmail/reconcile/reconcile.ts';
import { reconcileMailbox } from '../../../intake/gmail/reconcile/reconcile-mailbox.ts';
import {
  type MicrosoftReport,
  reconcileMicrosoft,
} from '../../../intake/microsoft/reconcile/reconcile-microsoft.ts';
import { asciiAddress } from '../../../mail/headers/ascii-address.ts';
import { listMailboxes } from '../../../mailboxes/settings/list-mailboxes.ts';
import { createParsePool } from '../../../mail/reading/parse-pool.ts';
import { findRelaySetup } from '../../../mailboxes/relay-secrets/find-relay-setup.ts';
import { explainingGoogle } from '../../../intake/gmail/google/google-fault.ts';
import { invalidField } from '../../../platform/problems.ts';
import { command, type Desk } from '../command.ts';
import { renderTable } from '../render-table.ts';

const MAX_SHOWN = 200;

export const reconcileCommand = command({
  options: {
    days: {
      type: 'string',
      value: 'N',
      required: true,
      sentence: 'How many days to look back, at most to when the mailbox began to accept email.',
    },
    mailbox: {
      type: 'string',
      value: 'ADDRESS',
      sentence: 'Which mailbox. Defaults to the only one.',
    },
    apply: { type: 'boolean', sentence: 'Files what is missing. Without it nothing is changed.' },
  },
  async run(desk, values) {
    const days = Number(values.days);
    if (!Number.isInteger(days) || days < 1 || days > 3650)
      throw invalidField('/days', 'is a whole number from 1 to 3650');
    // One message at a time: this runs beside a server that needs the memory.
    const parsePool = createParsePool({ size: 1 });
    try {
      // Deliveries that this queues are found by the servers at their next look.
      const deps = { ...desk, parsePool, wakeDeliveries() {} };
      const found = await findMailboxToReconcile(desk, values.mailbox);
      if (found.source === 'microsoft') {
        const report = await reconcileMicrosoft(deps, { address: found.address, days, apply: values.apply });
        return { text: describeMicrosoft(report), json: report };
      }
      const { address } = found;
      const report = await explainingGoogle(() =>
        reconcileMailbox(deps, {
          address,
          days,
          apply: values.apply,
          endpoints: desk.google,
          onProgress: progressTeller(desk),
        }),
      );
      return { text: describe(report, values.apply), json: { ...report, applied: values.apply } };
    } finally {
      await parsePool.close();
    }
  },
});

// By its address, else the only one there is: a relay's setup says which, and what to do when there are several.
async function findMailboxToReconcile(desk: Desk, given: string | undefined) {
  const mailboxes = await listMailboxes(desk, { kind: 'system' });
  const [only, ...others] = mailboxes;
  const named = given === undefined ? (others.length === 0 ? only : undefined) : byAddress(mailboxes, given);
  if (named?.source === 'microsoft') return named;
  const { address } = await findRelaySetup(desk, { kind: 'system' }, { address: given });
  return { address, source: 'gmail' as const };
}

function byAddress<Found extends { readonly address: string }>(mailboxes: readonly Found[], text: string) {
  return mailboxes.find(({ address }) => address === (asciiAddress(text) ?? text));
}

function describeMicrosoft({ mailbox, since, listed, missing, applied }: MicrosoftReport): string {
  const rows = missing
    .slice(0, MAX_SHOWN)
    .map((each) => [each.arrivedAt.toISOString(), each.folder, each.internetMessageId ?? each.sourceId]);
  return [
    ...(rows.length === 0 ? [] : [renderTable([['RECEIVED', 'FOLDER', 'MESSAGE'], ...rows])]),
    `${mailbox}: ${listed} ${listed === 1 ? 'message' : 'messages'} at Microsoft 365 since ${since.toISOString()}, ${missing.length} not at the desk${applied ? ', taken in now' : ''}.`,
    ...(!applied && missing.length > 0 ? ['Nothing was changed: --apply takes them in.'] : []),
    '',
  ].join('\n');
}

const STAGES = { listing: 'Listed', reading: 'Looked at', filing: 'Taken in' } as const;

function progressTeller({ tell }: Pick<Desk, 'tell'>): (progress: Progress) => void {
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

function describe({ mailbox, since, listed, mails, spam, trash }: ReconcileReport, applied: boolean): string {
  const rows = mails
    .slice(0, MAX_SHOWN)
    .map((mail) => [
      new Date(mail.internalDate).toISOString(),
      mail.id,
      fitted(mail.from, 32),
      fitted(mail.subject, 40),
      mail.result === null
        ? mail.state
        : [mail.result.status, mail.result.outcome, mail.result.reason].filter(Boolean).join(' '),
    ]);
  const head = ['RECEIVED', 'GMAIL ID', 'FROM', 'SUBJECT', applied ? 'RESULT' : 'STATE'];
  const failed = mails.filter(({ result }) => applied && (result === null || result.status === 'retry'));
  return [
    ...(rows.length === 0 ? [] : [renderTable([head, ...rows])]),
    ...(mails.length > MAX_SHOWN ? [`and ${mails.length - MAX_SHOWN} more (--json has all)`] : []),
    `${mailbox}: ${listed} ${listed === 1 ? 'message' : 'messages'} in Gmail since ${since.toISOString()}, ${mails.length} not at the desk${applied ? ', taken in now' : ''}.`,
    `Left alone: ${spam.length} in Spam, ${trash.length} in Trash.`,
    ...(failed.length > 0 ? [`${failed.length} could not be taken in: run this again.`] : []),
    ...(!applied && mails.length > 0 ? ['Nothing was changed: --apply takes them in.'] : []),
    '',
  ].join('\n');
}

// What strangers wrote must not move the cursor or colour the terminal.
function fitted(text: string, width: number): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
  return line.length > width ? `${line.slice(0, width - 1)}…` : line;
}
