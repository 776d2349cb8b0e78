import type { NodemailerError } from 'nodemailer';
import { cleanText, shorten } from '../../mail/text.ts';
import type { RecipientRefusal, SendResult, SmtpFault, SmtpFaultKind, SmtpReply } from './smtp.ts';

/** Why a session could not be set up. */
export function smtpFault(error: NodemailerError): SmtpFault {
  return { kind: kindOf(error), reply: describe(error) };
}

function kindOf(error: NodemailerError): SmtpFaultKind {
  const { code = '', command = '' } = error;
  const { originalCode = '' } = error as SetupError;
  if (isForbidden(error)) return 'internal_address';
  if (code === 'EDNS' || originalCode === 'ENOTFOUND' || originalCode === 'EAI_AGAIN') return 'dns';
  if (code === 'ETLS' || TLS_FAULT.test(originalCode)) return 'tls';
  if (code === 'EOAUTH2' || (code === 'EAUTH' && /XOAUTH2/i.test(command))) return 'oauth';
  if (code === 'EAUTH' || code === 'ENOAUTH' || wantsSignIn(error.responseCode)) return 'sign_in';
  if (code === 'ETIMEDOUT' || originalCode === 'ETIMEDOUT') return 'timeout';
  if (isUnreachable(error)) return 'refused';
  return error.responseCode === undefined ? 'other' : 'turned_away';
}

/**
 * How a send that threw has ended: refused by the server, failed with its mail, or trouble of the whole account, as is all
 * that happens before the server was told of the message (`told`).
 */
export function failedSend(error: NodemailerError, told: boolean): SendResult {
  const refused = error.rejectedErrors ?? [];
  const reply = describe(error);
  if (refused.length > 0) return { kind: 'answered', accepted: [], refused: refused.map(refusal), reply };
  if (isAccountTrouble(error))
    return { kind: 'account_failed', reply, turnsAway: String(reply.code).startsWith('4') };
  if (told) return { kind: 'mail_failed', reply };
  const text = `The server hung up before it was ready to take a message (${reply.text})`;
  return { kind: 'account_failed', reply: { ...reply, text }, turnsAway: true };
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
const UNREACHABLE = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNABORTED']);
// Node names a certificate that does not hold by what is wrong with it (DEPTH_ZERO_SELF_SIGNED_CERT, CERT_HAS_EXPIRED …).
const TLS_FAULT = /CERT|^ERR_(TLS|SSL)|^EPROTO$|UNABLE_TO_VERIFY/;
/** The waits before the server knows of a message; `SOCKET_TIMEOUT` may be caused by the message. */
const SETUP_TIMEOUTS: ReadonlySet<string> = new Set<NodemailerError['timeoutType'] & string>([
  'CONNECT_TIMEOUT',
  'GREETING_TIMEOUT',
  'UPGRADE_TIMEOUT',
]);

/** What the library leaves of the system's own error, of which there is one for each address of a name. */
type SetupError = {
  readonly originalCode?: string;
  readonly timeoutType?: string;
  readonly syscall?: string;
  readonly errors?: readonly { readonly syscall?: string }[];
};

function isUnreachable(error: NodemailerError): boolean {
  const { originalCode = '', syscall, errors = [] } = error as SetupError;
  return (
    UNREACHABLE.has(originalCode) ||
    syscall === 'connect' ||
    errors.some((each) => each.syscall === 'connect')
  );
}

// A connection that breaks later may have been broken by this message: then the message waits, not the account.
function isAccountTrouble(error: NodemailerError): boolean {
  const { originalCode, timeoutType } = error as SetupError;
  return (
    isForbidden(error) ||
    ACCOUNT_CODES.has(error.code ?? '') ||
    isUnreachable(error) ||
    TLS_FAULT.test(originalCode ?? '') ||
    SETUP_TIMEOUTS.has(timeoutType ?? '') ||
    wantsSignIn(error.responseCode) ||
    (error.responseCode !== undefined && /^(EHLO|HELO|STARTTLS|AUTH)/.test(error.command ?? ''))
  );
}

// Node's text names the address, which the operator who asked may not know: it would reveal what an internal name
// stands for.
function isForbidden(error: NodemailerError): boolean {
  return (
    (error as { originalCode?: string }).originalCode === 'ERR_IP_BLOCKED' ||
    (error.code as string) === 'ERR_IP_BLOCKED'
  );
}

const FORBIDDEN = 'Not connected: the address belongs to this machine or to a network behind it';

/** A server that accepts no message before authentication (RFC 4954: 530, or 538 when the mechanism is too weak). */
export function wantsSignIn(code: number | null | undefined): boolean {
  return code === 530 || code === 538;
}

/** What the server said, or what the library says of the connection. */
function describe(error: NodemailerError): SmtpReply {
  const { code, command, response = '' } = error;
  if (isForbidden(error)) return { code: null, enhancedCode: null, text: FORBIDDEN };
  if (code === 'ETLS' && command === 'STARTTLS' && response !== '') {
    return {
      code: null,
      enhancedCode: null,
      text: words(`Nothing was sent: the server offers no TLS. It said: ${response}`),
    };
  }
  if (response !== '') return readReply(response);
  const limit = TOO_LARGE.exec(error.message)?.[1];
  if (code === 'EMESSAGE' && limit !== undefined)
    return readReply(`552 5.3.4 Not sent: the mail server takes no message of more than ${limit} bytes`);
  return {
    code: null,
    enhancedCode: null,
    text: words(error.message.replace(OPENSSL, 'TLS failed: $2 ($1)')),
  };
}

// The library's own, by the SIZE that the server offers; the code is that of RFC 1870.
const TOO_LARGE = /^Message size larger than allowed (\d+)/;

// `40DD…:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:../deps/…:77:`
const OPENSSL = /[0-9A-F]{8,}:error:[0-9A-F]+:([^:]+):[^:]*:([^:]+):[\s\S]*/;

/** The refusal of one recipient. */
export function refusal(error: NodemailerError): RecipientRefusal {
  return { ...describe(error), address: error.recipient ?? '' };
}

/** Takes a reply line apart: `550-5.1.1 No such user` → 550, `5.1.1` and the line. */
export function readReply(line: string): SmtpReply {
  const match = /^(\d{3})(?:[ -](?:([245]\.\d{1,3}\.\d{1,3})\b)?)?/.exec(line);
  return {
    code: match?.[1] === undefined ? null : Number(match[1]),
    enhancedCode: match?.[2] ?? null,
    text: words(line),
  };
}

// With a NUL the result could not be stored, and the message would be sent again and again.
function words(said: string): string {
  return shorten(cleanText(said), MAX_REPLY_LENGTH);
}

const MAX_REPLY_LENGTH = 1000;
