/** The addresses named to the SMTP server; apart from the headers, which stay the same on every attempt. */
export type Envelope = {
  readonly from: string;
  readonly to: readonly string[];
  /** For a service that stores a message before it sends it. */
  readonly stored?: StoredDraft;
};

/** What is known of a message at a service that stores it first, so that a lost answer can be asked about. */
export type StoredDraft = {
  readonly internetMessageId: string;
  /** What the service calls it; null when no attempt heard that. */
  readonly draftId: string | null;
  /** It was tried before, so that the service may have it all the same. */
  readonly isRepeat: boolean;
  /** The same message without its files, and these, for one that is too large as a whole. */
  readonly inParts: () => Promise<{ readonly mime: Buffer; readonly files: readonly AttachedFile[] }>;
  /** Commits what the service calls it, and the Message-ID that it gave it instead of ours. Rejects when the lease is lost. */
  readonly keep: (draft: { readonly draftId: string; readonly sentAs: string | null }) => Promise<void>;
};

/** A file of a message, for a service that takes it apart from the words. */
export type AttachedFile = {
  readonly name: string;
  readonly contentType: string;
  readonly content: Buffer;
  readonly inline: boolean;
  readonly contentId: string | null;
};

/** What the server said: the SMTP code, the enhanced code of RFC 3463 (`5.1.1`), and the line itself. */
export type SmtpReply = {
  readonly code: number | null;
  readonly enhancedCode: string | null;
  readonly text: string;
};

export type RecipientRefusal = SmtpReply & { readonly address: string };

/** How a send ended. A failure is data: what to do about it is `judge-result.ts`'s to say. */
export type SendResult =
  /** The server accepted the message for `accepted` and refused it for `refused` (perhaps for all). */
  | {
      readonly kind: 'answered';
      readonly accepted: readonly string[];
      readonly refused: readonly RecipientRefusal[];
      readonly reply: SmtpReply;
    }
  /** The message itself failed: refused after the envelope, or the connection broke or hung meanwhile. */
  | { readonly kind: 'mail_failed'; readonly reply: SmtpReply }
  /**
   * No message could have been sent: unreachable, no TLS, a refused password. The account's trouble, not the message's.
   */
  | {
      readonly kind: 'account_failed';
      readonly reply: SmtpReply;
      /** It took this connection and served nobody on it: one that limits connections does so when there are too many. */
      readonly turnsAway?: boolean;
    };

/** What keeps an account from sending, as far as one can tell from here. */
export type SmtpFaultKind =
  | 'dns'
  | 'internal_address'
  | 'refused'
  | 'timeout'
  | 'tls'
  | 'sign_in'
  | 'oauth'
  | 'sender'
  | 'turned_away'
  | 'other';

export type SmtpFault = { readonly kind: SmtpFaultKind; readonly reply: SmtpReply };
