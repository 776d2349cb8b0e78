import type { OwnSettings } from '../../people/own-settings/own-settings.ts';

export type TellingKind = 'assigned' | 'mentioned' | 'needs_attention' | 'new_in_team' | 'breached';

/** A clock of a request that is about to run out, or has. */
export type PromisedTime = {
  readonly clock: 'firstAnswer' | 'nextAnswer' | 'resolution';
  readonly isOver: boolean;
  readonly due: Date;
  /** The request is the reader’s, and not only their team’s. */
  readonly isTheirs: boolean;
};

/** What is due to be told, and to whom. */
export type DueTelling = {
  readonly id: number;
  readonly kind: TellingKind;
  readonly mailboxId: number;
  readonly address: string;
  readonly name: string;
};

/** What its mail says. */
export type OperatorTelling = {
  readonly kind: TellingKind;
  readonly requestId: number;
  readonly subject: string;
  readonly contact: string;
  /** Null: the desk itself. */
  readonly actorName: string | null;
  readonly teamName: string | null;
  /** Of an escalation, or why it needs attention. */
  readonly reason: string | null;
  /** The name of the rule that says so. */
  readonly rule: string | null;
  readonly isEscalation: boolean;
  /** Of the note that names the reader. */
  readonly note: string | null;
  /** Of a warning or a breach. */
  readonly promised: PromisedTime | null;
  readonly language: OwnSettings['language'];
  readonly timeZone: string | null;
};
