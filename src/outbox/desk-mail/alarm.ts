export type AlarmKind = 'relay_silent' | 'relay_back' | 'google_access_lost';

/** What the admins are told about a mailbox, as plain text. */
export type Alarm = {
  readonly mailboxId: number;
  readonly kind: AlarmKind;
  readonly subject: string;
  readonly text: string;
};

/** An alarm to one admin that has to be sent now, and the mailbox it comes from. */
export type DueAlarm = {
  readonly id: number;
  readonly mailboxId: number;
  readonly mailboxAddress: string;
  readonly mailboxName: string;
  readonly recipient: string;
  readonly subject: string;
  readonly text: string;
  readonly internetMessageId: string;
  readonly attemptCount: number;
  readonly createdAt: Date;
};
