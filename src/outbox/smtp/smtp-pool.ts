import { callbackify } from 'node:util';
import nodemailer, { type NodemailerError } from 'nodemailer';
import type { SMTPTransportGetSocketCallback } from 'nodemailer/lib/smtp-transport';
import { guardedSocket } from './guarded-socket.ts';
import { probeSender } from './probe-sender.ts';
import { offersUnicode } from './probe-unicode.ts';
import type { Envelope, RecipientRefusal, SendResult, SmtpFault, SmtpReply } from './smtp.ts';
import { failedSend, readReply, refusal, smtpFault } from './smtp-faults.ts';
import { authOf, serverOf, type SmtpTransportOptions } from './smtp-server.ts';

/** The connections of an SMTP account. Outside of loopback nothing is sent, no password either, before TLS stands. */
export function openSmtpPool({
  maxConnections,
  ...options
}: SmtpTransportOptions & { readonly maxConnections: number }) {
  const server = serverOf(options);
  const auth = authOf(options);
  const session = {
    ...server,
    ...(auth === null ? {} : { auth }),
    getSocket: (_options: unknown, callback: SMTPTransportGetSocketCallback) =>
      callbackify(() => guardedSocket(server))(callback),
  };
  const pool = nodemailer.createTransport({
    pool: true,
    ...session,
    maxConnections,
    maxMessages: Number.POSITIVE_INFINITY,
    // The pool repeats a send only when no byte of it left; a server that keeps hanging up is retried by our own ladder.
    maxRequeues: 1,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  // The library reads the message once the session stands: from then on a silence may come of the message.
  const setups = new WeakMap<AbortSignal, () => void>();
  pool.use('stream', (mail, done) => {
    const { message } = mail;
    const read = message.createReadStream.bind(message);
    message.createReadStream = (...options) => {
      if (mail.data.signal) setups.get(mail.data.signal)?.();
      return read(...options);
    };
    done();
  });
  let takesUnicode: boolean | null = null;
  let closed = false;
  // Without a listener an error of an idle connection would end the process; the next send reports it anyway.
  pool.on('error', () => {});

  return {
    async send(mime: Buffer, envelope: Envelope, abort: AbortSignal): Promise<SendResult> {
      const setup = setupWatch(server.sessionTimeout);
      const signal = AbortSignal.any([abort, setup.late]);
      setups.set(signal, setup.stands);
      try {
        if (envelope.to.some(needsUnicode)) takesUnicode ??= await offersUnicode(server, signal);
        const refused = envelope.to.flatMap((address) => unfit(address, takesUnicode));
        const to = envelope.to.filter((address) => !refused.some((each) => each.address === address));
        const [first] = refused;
        if (to.length === 0 && first !== undefined)
          return { kind: 'answered', accepted: [], refused, reply: first };
        // With its size named a server refuses what is too large for it before it has come (RFC 1870).
        const named = { from: envelope.from, to, size: mime.byteLength };
        const sent = await pool.sendMail({ raw: mime, envelope: named, signal });
        takesUnicode = (sent.ehlo ?? []).some((line) => /^SMTPUTF8\b/i.test(line));
        return {
          kind: 'answered',
          accepted: sent.accepted.map(addressOf),
          refused: [...refused, ...(sent.rejectedErrors ?? []).map(refusal)],
          reply: readReply(sent.response),
        };
      } catch (error) {
        if (abort.aborted) return { kind: 'mail_failed', reply: aborted(abort) };
        if (setup.late.aborted) return { kind: 'account_failed', reply: aborted(setup.late) };
        // Closed because the account has changed or is gone: what it is by now has not failed.
        return failedSend(error as NodemailerError, setup.isOver() || closed);
      } finally {
        setup.stands();
      }
    },
    async verify(sender?: string): Promise<SmtpFault | null> {
      try {
        await nodemailer.createTransport({ ...session, socketTimeout: server.sessionTimeout }).verify();
        return sender === undefined ? null : await probeSender(server, auth, sender);
      } catch (error) {
        return smtpFault(error as NodemailerError);
      }
    },
    close() {
      closed = true;
      pool.close();
    },
  };
}

/** Aborts what has no session after this long: a server that greets and falls silent serves no message. */
function setupWatch(ms: number) {
  const late = new AbortController();
  const words = `The server fell silent before it was ready to take a message (${Math.round(ms / 1000)} s)`;
  const timer = setTimeout(() => late.abort(new Error(words)), ms);
  let over = false;
  const stands = (): void => {
    over = true;
    clearTimeout(timer);
  };
  return { late: late.signal, stands, isOver: () => over };
}

// The code that RFC 6531 has for it; nodemailer would send the bytes all the same, and some servers mangle them.
const NO_SMTPUTF8: SmtpReply = {
  code: 553,
  enhancedCode: '5.6.7',
  text: '553 5.6.7 Not sent: the mail server takes no addresses with letters beyond ASCII (it offers no SMTPUTF8)',
};

const NO_ADDRESS: SmtpReply = {
  code: 553,
  enhancedCode: '5.1.3',
  text: '553 5.1.3 Not sent: this address cannot be used in SMTP',
};

// The library would refuse the whole message for it, and not say for which recipient.
function unfit(address: string, takesUnicode: boolean | null): RecipientRefusal[] {
  if (/[\r\n<>]/.test(address)) return [{ ...NO_ADDRESS, address }];
  return takesUnicode === false && needsUnicode(address) ? [{ ...NO_SMTPUTF8, address }] : [];
}

function needsUnicode(address: string): boolean {
  return /[^\p{ASCII}]/u.test(address);
}

function aborted(signal: AbortSignal): SmtpReply {
  const text = signal.reason instanceof Error ? signal.reason.message : 'Sending was aborted';
  return { code: null, enhancedCode: null, text };
}

function addressOf(entry: string | { address: string }): string {
  return typeof entry === 'string' ? entry : entry.address;
}
