import type { Address } from '../../mail/parsed-mail.ts';

export type AlarmKind =
  | 'relay_silent'
  | 'relay_back'
  | 'google_access_lost'
  | 'webhook_off'
  | 'jira_reconnect'
  | 'jira_token_ends'
  | 'microsoft_silent'
  | 'microsoft_back'
  | 'microsoft_access_lost'
  | 'microsoft_secret_ends'
  | 'bucket_away'
  | 'bucket_back'
  | 'scanner_away'
  | 'scanner_back';

/** What the desk itself writes to its people, apart from any request. */
export type DeskMailKind =
  | 'sign_in'
  | 'requester_sign_in'
  | 'form_confirm'
  | 'request_breached'
  | 'request_assigned'
  | 'request_mentioned'
  | 'request_needs_attention'
  | 'request_new_in_team'
  | 'digest'
  | AlarmKind;

/** Subject and plain text. */
export type DeskText = { readonly subject: string; readonly text: string };

/** A desk message as its delivery carries it; without a text it is composed again for every attempt. */
export type DeskMail = {
  readonly kind: DeskMailKind;
  /** The row that it is about, which its composer knows. */
  readonly aboutId: number | null;
  readonly subject: string | null;
  readonly text: string | null;
  /** Afterwards nobody wants it any more. */
  readonly worthUntil: Date;
  readonly to: Address;
};

/** A desk message to be queued. */
export type NewDeskMail = {
  readonly kind: DeskMailKind;
  /** The mailbox it comes from; null means any whose account can send it. */
  readonly mailboxId: number | null;
  /** Everybody gets a message of their own. */
  readonly to: readonly Address[];
  /** Left out for a kind that has a composer. */
  readonly subject?: string;
  readonly text?: string;
  readonly aboutId?: number;
  readonly at: Date;
  /** Not sent after this. */
  readonly worthUntil: Date;
};

/** Composes a desk message when it is sent; null when there is nothing to send any more. */
export type DeskComposer = (mail: DeskMail) => Promise<DeskText | null>;

/** For the kinds whose text is not written when they are queued; handed in by the rooms that queue them. */
export type DeskComposers = Partial<Record<DeskMailKind, DeskComposer>>;
