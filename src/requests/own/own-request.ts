import type { Address } from '../../mail/parsed-mail.ts';
import type { FieldValues } from '../fields/field.ts';
import type { RequestStatus } from '../request.ts';

/** A request as its contact sees it: nothing of who works on it and how, and no notes. */
export type OwnRequest = {
  readonly id: number;
  readonly version: number;
  readonly mailboxId: number;
  readonly mailboxAddress: string;
  readonly mailboxName: string;
  readonly contactId: number;
  readonly subject: string;
  readonly status: RequestStatus;
  /** Nobody has taken it: it may be reworded and withdrawn. */
  readonly isFree: boolean;
  /** Its first words were written on a page, so that they may be reworded too. */
  readonly rewordable: boolean;
  /** Open, or closed so lately that what is written still reopens it. */
  readonly takesMore: boolean;
  /** Of the fields that contacts are shown. */
  readonly fields: FieldValues;
  readonly createdAt: Date;
  readonly lastMessageAt: Date;
  readonly closedAt: Date | null;
};

/** What was written by the contact or by the desk: nobody else's words. */
export type OwnMessage = {
  readonly id: number;
  readonly by: 'you' | 'desk';
  readonly from: Address | null;
  readonly text: string;
  readonly attachments: readonly OwnAttachment[];
  readonly createdAt: Date;
};

export type OwnAttachment = {
  readonly id: number;
  readonly name: string;
  readonly contentType: string;
  readonly size: number;
};

/** A mailbox where somebody may ask. */
export type AskableMailbox = { readonly id: number; readonly address: string; readonly name: string };
