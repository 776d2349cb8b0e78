import nodemailer, { type NodemailerError } from 'nodemailer';
import { probeSender } from './probe-sender.ts';
import { offersUnicode } from './probe-unicode.ts';
import { failedSend, readReply, refusal, type SmtpFault, smtpFault } from './smtp-faults.ts';

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
  /** Connects, signs in and, given one, names the sender, without sending; null when all is well, else what is wrong. */
  readonly verify: (sender?: string) => Promise<SmtpFault | null>;
  readonly close: () => void;
};

/** Signing in without a password (XOAUTH2), as Google allows it; the user name is in the URL. */
export type OAuthSettings = {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
  /** Where access tokens are fetched; Google's unless told. */
  readonly tokenUrl?: string;
};

export type SmtpSettings = {
  /** `smtp://user:password@host:587` (STARTTLS, demanded unless the host is loopback) or `smtps://…:465`. */
  readonly url: string;
  readonly oauth?: OAuthSettings | null;
};

export type SmtpTransportOptions = SmtpSettings & {
  /** Connections kept open at most. */
  readonly maxConnections?: number;
  /** Further certificates to trust, in PEM: for a server of one's own, and for tests. */
  readonly ca?: string;
};

/** More mails than this are never on their way at once. The usual few need as many; the rest is for when some hang. */
export const MOST_CONNECTIONS = 25;

/** A pooled SMTP account. Outside of loopback nothing is sent, no password either, before TLS stands. */
export function smtpTransport(options: SmtpTransportOptions): MailTransport {
  const server = serverOf(options);
  const auth = authOf(options);
  const pool = nodemailer.createTransport({
    pool: true,
    ...server,
    ...(auth === null ? {} : { auth }),
    maxConnections: options.maxConnections ?? MOST_CONNECTIONS,
    maxMessages: Number.POSITIVE_INFINITY,
    // The pool repeats a mail only when not a byte of it left; a server that keeps hanging up is for our own ladder.
    maxRequeues: 1,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  let takesUnicode: boolean | null = null;
  // Without a listener an error of an idle connection would end the process; the next send reports it anyway.
  pool.on('error', () => {});

  return {
    account: accountName(options.url),
    async send(mime, envelope, signal) {
      try {
        if (envelope.to.some(needsUnicode)) takesUnicode ??= await offersUnicode(server, signal);
        const refused = envelope.to.flatMap((address) => unfit(address, takesUnicode));
        const to = envelope.to.filter((address) => !refused.some((each) => each.address === address));
        const [first] = refused;
        if (to.length === 0 && first !== undefined)
          return { kind: 'answered', accepted: [], refused, reply: first };
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
    async verify(sender) {
      try {
        await pool.verify();
        return sender === undefined ? null : await probeSender(server, auth, sender);
      } catch (error) {
        return smtpFault(error as NodemailerError);
      }
    },
    close: () => pool.close(),
  };
}

/** What an account is called, without its password: user and host. */
export function accountName(smtpUrl: string): string {
  const url = new URL(smtpUrl);
  const user = decodeURIComponent(url.username);
  return `${user === '' ? '' : `${user}@`}${url.host}`;
}

/** An account that cannot be used for a reason of our own: all its mail waits, and says why. */
export function brokenTransport(account: string, reason: string): MailTransport {
  const reply = { code: null, enhancedCode: null, text: reason };
  return {
    account,
    send: async () => ({ kind: 'account_failed', reply }),
    verify: async () => ({ kind: 'other', reply }),
    close: () => {},
  };
}

export type SmtpServer = ReturnType<typeof serverOf>;

function serverOf({ url: smtpUrl, ca }: SmtpTransportOptions) {
  const url = new URL(smtpUrl);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const secure = url.protocol === 'smtps:';
  return {
    host,
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTLS: !secure && !isLoopback(host),
    ...(ca === undefined ? {} : { tls: { ca } }),
    connectionTimeout: 30_000,
    greetingTimeout: 30_000,
  };
}

export type SmtpLogin = NonNullable<ReturnType<typeof authOf>>;

function authOf({ url: smtpUrl, oauth }: SmtpSettings) {
  const url = new URL(smtpUrl);
  const user = decodeURIComponent(url.username);
  if (user === '') return null;
  if (oauth === undefined || oauth === null) return { user, pass: decodeURIComponent(url.password) };
  const { clientId, clientSecret, refreshToken, tokenUrl } = oauth;
  return {
    type: 'OAuth2' as const,
    user,
    clientId,
    clientSecret,
    refreshToken,
    accessUrl: tokenUrl ?? GOOGLE_TOKENS,
  };
}

const GOOGLE_TOKENS = 'https://oauth2.googleapis.com/token';

// The code that RFC 6531 has for it; nodemailer would send the bytes all the same, and some servers mangle them.
const NO_SMTPUTF8: SmtpReply = {
  code: 553,
  enhancedCode: '5.6.7',
  text: '553 5.6.7 Not sent: the mail server takes no addresses with letters beyond ASCII (it offers no SMTPUTF8)',
};

const NO_ADDRESS: SmtpReply = {
  code: 553,
  enhancedCode: '5.1.3',
  text: '553 5.1.3 Not sent: this is no address that a mail server can be told',
};

// The library would refuse the whole mail for it, and not say for whom.
function unfit(address: string, takesUnicode: boolean | null): RecipientRefusal[] {
  if (/[\r\n<>]/.test(address)) return [{ ...NO_ADDRESS, address }];
  return takesUnicode === false && needsUnicode(address) ? [{ ...NO_SMTPUTF8, address }] : [];
}

function needsUnicode(address: string): boolean {
  return /[^\p{ASCII}]/u.test(address);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function aborted(signal: AbortSignal): SmtpReply {
  const text = signal.reason instanceof Error ? signal.reason.message : 'Sending was aborted';
  return { code: null, enhancedCode: null, text };
}

function addressOf(entry: string | { address: string }): string {
  return typeof entry === 'string' ? entry : entry.address;
}

/** Why a mail to one recipient did not leave, in the server's words; null when it did. */
export function refusalIn(result: SendResult): string | null {
  if (result.kind !== 'answered') return result.reply.text;
  return result.accepted.length > 0 ? null : (result.refused[0]?.text ?? result.reply.text);
}
