import nodemailer, { type NodemailerError } from 'nodemailer';

/** The addresses named to the SMTP server; apart from the headers, which stay the same on every attempt. */
export type Envelope = { readonly from: string; readonly to: readonly string[] };

/** What the server said: the SMTP code, the enhanced code of RFC 3463 (`5.1.1`), and the line itself. */
export type SmtpReply = {
  readonly code: number | null;
  readonly enhancedCode: string | null;
  readonly text: string;
};

export type RecipientRefusal = SmtpReply & { readonly address: string };

/** How a send ended. A failure is data: what to do about it is `judge-result.ts`'s to say. */
export type SendResult =
  /** The server took the mail for `accepted` and refused it for `refused` (perhaps for all). */
  | {
      readonly kind: 'answered';
      readonly accepted: readonly string[];
      readonly refused: readonly RecipientRefusal[];
      readonly reply: SmtpReply;
    }
  /** The mail itself failed: refused after the envelope, or the connection broke or hung on the way. */
  | { readonly kind: 'mail_failed'; readonly reply: SmtpReply }
  /** No mail could have been sent: unreachable, no TLS, a refused password. The account's trouble, not the mail's. */
  | { readonly kind: 'account_failed'; readonly reply: SmtpReply };

export type MailTransport = {
  /** Names the SMTP account (user and host, no password): limits and pauses are kept by it. */
  readonly account: string;
  /** Sends one finished MIME message. Never rejects; an aborted send closes its connection. */
  readonly send: (mime: Buffer, envelope: Envelope, signal: AbortSignal) => Promise<SendResult>;
  /** Connects and signs in without sending; null when all is well, else what is wrong. */
  readonly verify: () => Promise<SmtpReply | null>;
  readonly close: () => void;
};

export type SmtpTransportOptions = {
  /** `smtp://user:password@host:587` (STARTTLS, demanded unless the host is loopback) or `smtps://…:465`. */
  readonly url: string;
  /** Connections kept open at most; 5 unless told. */
  readonly maxConnections?: number;
  /** Further certificates to trust, in PEM: for a server of one's own, and for tests. */
  readonly ca?: string;
};

/** A pooled SMTP account. Outside of loopback nothing is sent, no password either, before TLS stands. */
export function smtpTransport(options: SmtpTransportOptions): MailTransport {
  const url = new URL(options.url);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const secure = url.protocol === 'smtps:';
  const user = decodeURIComponent(url.username);
  const pool = nodemailer.createTransport({
    pool: true,
    host,
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTLS: !secure && !isLoopback(host),
    ...(user === '' ? {} : { auth: { user, pass: decodeURIComponent(url.password) } }),
    ...(options.ca === undefined ? {} : { tls: { ca: options.ca } }),
    maxConnections: options.maxConnections ?? 5,
    maxMessages: Number.POSITIVE_INFINITY,
    // The pool repeats a mail only when not a byte of it left; a server that keeps hanging up is for our own ladder.
    maxRequeues: 1,
    connectionTimeout: 30_000,
    greetingTimeout: 30_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  let takesUnicode = true;
  // Without a listener an error of an idle connection would end the process; the next send reports it anyway.
  pool.on('error', () => {});

  return {
    account: `${user === '' ? '' : `${user}@`}${url.host}`,
    async send(mime, envelope, signal) {
      const unfit = takesUnicode ? [] : envelope.to.filter(needsUnicode);
      const to = envelope.to.filter((address) => !unfit.includes(address));
      const refused = unfit.map((address) => ({ ...NO_SMTPUTF8, address }));
      if (to.length === 0) return { kind: 'answered', accepted: [], refused, reply: NO_SMTPUTF8 };
      try {
        const sent = await pool.sendMail({ raw: mime, envelope: { from: envelope.from, to }, signal });
        takesUnicode = (sent.ehlo ?? []).some((line) => /^SMTPUTF8\b/i.test(line));
        return {
          kind: 'answered',
          accepted: sent.accepted.map(addressOf),
          refused: [...refused, ...(sent.rejectedErrors ?? []).map(refusal)],
          reply: readReply(sent.response),
        };
      } catch (error) {
        if (signal.aborted) return { kind: 'mail_failed', reply: aborted(signal) };
        return failedSend(error as NodemailerError);
      }
    },
    async verify() {
      try {
        await pool.verify();
        return null;
      } catch (error) {
        return describe(error as NodemailerError);
      }
    },
    close: () => pool.close(),
  };
}

// The code that RFC 6531 has for it; nodemailer would send the bytes all the same, and some servers mangle them.
const NO_SMTPUTF8: SmtpReply = {
  code: 553,
  enhancedCode: '5.6.7',
  text: '553 5.6.7 Not sent: the mail server takes no addresses with letters beyond ASCII (it offers no SMTPUTF8)',
};

function needsUnicode(address: string): boolean {
  return /[^\p{ASCII}]/u.test(address);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function failedSend(error: NodemailerError): SendResult {
  const refused = error.rejectedErrors ?? [];
  if (refused.length > 0) {
    return { kind: 'answered', accepted: [], refused: refused.map(refusal), reply: describe(error) };
  }
  return { kind: isAccountTrouble(error) ? 'account_failed' : 'mail_failed', reply: describe(error) };
}

function aborted(signal: AbortSignal): SmtpReply {
  const text = signal.reason instanceof Error ? signal.reason.message : 'Sending was aborted';
  return { code: null, enhancedCode: null, text };
}

const ACCOUNT_CODES = new Set([
  'EDNS',
  'ETLS',
  'EAUTH',
  'ENOAUTH',
  'EOAUTH2',
  'EPROTOCOL',
  'ECONFIG',
  'EPROXY',
]);
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNABORTED',
]);
// Node names a certificate that does not hold by what is wrong with it (DEPTH_ZERO_SELF_SIGNED_CERT, CERT_HAS_EXPIRED …).
const TLS_FAULT = /CERT|^ERR_(TLS|SSL)|^EPROTO$|UNABLE_TO_VERIFY/;
const ACCOUNT_TIMEOUTS = new Set(['CONNECTION_TIMEOUT', 'GREETING_TIMEOUT']);

// A connection that breaks later may have been broken by this very mail: then the mail has to wait, not the account.
function isAccountTrouble(error: NodemailerError): boolean {
  const { originalCode, timeoutType } = error as { originalCode?: string; timeoutType?: string };
  return (
    ACCOUNT_CODES.has(error.code ?? '') ||
    UNREACHABLE.has(originalCode ?? '') ||
    TLS_FAULT.test(originalCode ?? '') ||
    ACCOUNT_TIMEOUTS.has(timeoutType ?? '') ||
    (error.responseCode !== undefined && /^(CONN|EHLO|HELO|STARTTLS|AUTH)/.test(error.command ?? ''))
  );
}

function describe(error: NodemailerError): SmtpReply {
  if (error.response !== undefined && error.response !== '') return readReply(error.response);
  return { code: null, enhancedCode: null, text: error.message };
}

function refusal(error: NodemailerError): RecipientRefusal {
  return { ...describe(error), address: error.recipient ?? '' };
}

/** Takes a reply line apart: `550-5.1.1 No such user` → 550, `5.1.1` and the line. */
export function readReply(line: string): SmtpReply {
  const match = /^(\d{3})(?:[ -](?:([245]\.\d{1,3}\.\d{1,3})\b)?)?/.exec(line);
  return {
    code: match?.[1] === undefined ? null : Number(match[1]),
    enhancedCode: match?.[2] ?? null,
    text: line,
  };
}

function addressOf(entry: string | { address: string }): string {
  return typeof entry === 'string' ? entry : entry.address;
}
