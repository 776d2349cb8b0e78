export type MailClass = 'human' | 'auto_reply' | 'bounce' | 'receipt' | 'list' | 'own';

/** The kind of an email, and the header or rule that decided it, such as `auto-submitted: auto-replied`. */
export type ClassDecision = { readonly class: MailClass; readonly decidedBy: string };

export type Classification = ClassDecision & {
  /** False when nothing automatic may answer it: a program sent it, or asks for that, or nobody reads at its sender. */
  readonly answerable: boolean;
  /** Its subject and whole text are a note of absence, which no mark says. */
  readonly absenceNote: boolean;
};
