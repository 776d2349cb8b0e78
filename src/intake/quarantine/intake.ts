import type { ScanState } from '../../platform/scanning/scan-file.ts';
import type { SourceName } from '../../mailboxes/mailbox.ts';
import type { Authenticity } from '../../mail/authenticity/authenticate.ts';
import type { MailClass } from '../../mail/kind/kind.ts';
import type { Outcome } from '../filing/incoming-mail.ts';

export type IntakeOutcome = Outcome | 'discarded' | 'erased';

/** One handed-over message in the interface: its outcome, and the reason. */
export type IntakeView = {
  readonly id: number;
  readonly mailboxId: number;
  readonly mailboxAddress: string;
  readonly source: SourceName;
  readonly sourceId: string;
  readonly internetMessageId: string | null;
  readonly fromAddress: string | null;
  readonly fromName: string | null;
  readonly subject: string | null;
  readonly class: MailClass | null;
  readonly classReason: string | null;
  readonly authenticity: Authenticity | null;
  readonly authenticityReason: string | null;
  readonly outcome: IntakeOutcome;
  readonly reason: string | null;
  readonly error: string | null;
  readonly requestId: number | null;
  readonly messageId: number | null;
  readonly oversize: boolean;
  readonly size: number | null;
  /** What the virus scanner made of the original; null: nobody has looked. */
  readonly scan: ScanState | null;
  readonly scanReason: string | null;
  readonly receivedAt: Date;
  readonly decidedAt: Date | null;
  readonly decidedById: number | null;
  readonly decidedByName: string | null;
};
