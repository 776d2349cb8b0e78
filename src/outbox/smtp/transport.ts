import { accountName } from './account-name.ts';
import type { Envelope, SendResult, SmtpFault } from './smtp.ts';
import type { SmtpTransportOptions } from './smtp-server.ts';

export type MailTransport = {
  /** Names the SMTP account (user and host, no password): limits and pauses are kept by it. */
  readonly account: string;
  /** The message goes to the recipients in its headers, so the headers must not name anybody who already has it. */
  readonly sendsToHeaders?: true;
  /**
   * Sends one finished MIME message. An aborted send closes its connection. Rejects only when the database fails: the
   * lease then runs out.
   */
  readonly send: (mime: Buffer, envelope: Envelope, signal: AbortSignal) => Promise<SendResult>;
  /** Connects, signs in and, given one, names the sender, without sending; null when all is well, else what is wrong. */
  readonly verify: (sender?: string) => Promise<SmtpFault | null>;
  readonly close: () => void;
};

/** More messages than this are never sent at once. The usual few need that many; the rest is for sends that hang. */
export const MAX_CONNECTIONS = 25;

/** A pooled SMTP account. What speaks SMTP is loaded with the first message: until then it would take memory for nothing. */
export function smtpTransport(options: SmtpTransportOptions): MailTransport {
  let opening: ReturnType<typeof open> | null = null;
  let closed = false;
  const open = async () => {
    const { openSmtpPool } = await import('./smtp-pool.ts');
    const opened = openSmtpPool({ maxConnections: MAX_CONNECTIONS, ...options });
    // A removed account that was asked for before would otherwise send what comes after.
    if (closed) opened.close();
    return opened;
  };
  const pool = () => (opening ??= open());
  return {
    account: accountName(options.url),
    send: async (...message) => (await pool()).send(...message),
    verify: async (sender) => (await pool()).verify(sender),
    close() {
      closed = true;
      void opening?.then((opened) => opened.close());
    },
  };
}

/** An account that cannot be used for a reason of our own: all its messages wait and say why. */
export function brokenTransport(account: string, reason: string): MailTransport {
  const reply = { code: null, enhancedCode: null, text: reason };
  return {
    account,
    send: async () => ({ kind: 'account_failed', reply }),
    verify: async () => ({ kind: 'other', reply }),
    close: () => {},
  };
}
