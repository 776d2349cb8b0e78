/** One mailbox of an address header. `address` is lower-cased with an IDNA (ASCII) domain; `name` is decoded, possibly ''. */
export type Address = { readonly name: string; readonly address: string };

export type ParsedAttachment = {
  readonly name: string;
  readonly contentType: string;
  readonly content: Uint8Array;
  /** True when the part is shown inside the text (Content-ID referenced, or disposition inline with an id). */
  readonly inline: boolean;
  /** Content-ID without angle brackets; of an image without one, the name by which the HTML shows it. */
  readonly contentId: string | null;
};

/** One header field as it arrived: name in lower case, value unfolded but not decoded (RFC 2047 words intact). */
export type Header = { readonly name: string; readonly value: string };

/**
 * An email as the desk understands it. PostgreSQL can store every string in it: no NUL, no lone surrogate.
 * Message-IDs keep their angle brackets; an absent or empty one (`<>`, `< >`) is null.
 */
export type ParsedMail = {
  readonly headers: readonly Header[];
  readonly from: Address | null;
  /** The number of addresses in all From headers; more than one makes an email unverified. */
  readonly fromHeaders: number;
  readonly replyTo: readonly Address[];
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly subject: string;
  readonly date: Date | null;
  readonly internetMessageId: string | null;
  readonly inReplyTo: readonly string[];
  readonly references: readonly string[];
  /** The whole text: the text parts, or the HTML turned into text when there is no text part. */
  readonly text: string;
  /** `text` without quoted history and signature; never empty when `text` is not. */
  readonly visibleText: string;
  /** The sender's HTML sanitised for display (no script, no remote loads); null without an HTML part. */
  readonly html: string | null;
  readonly attachments: readonly ParsedAttachment[];
  /** SHA-256 (hex) of From, Subject, Date and the bytes after the header block: the same for copies of one email. */
  readonly contentHash: string;
};
