import { headerValue, headerValues } from '../headers/header-values.ts';
import type { ParsedMail } from '../parsed-mail.ts';
import { type Authentication, namedDomain } from './authenticate.ts';

export type ExchangeTrust = {
  /** False when a filter receives the mail before Exchange: Exchange then sees only the filter's address and can judge nothing. */
  readonly believed: boolean;
  /** Domains whose people write from inside: their mail is checked by no header. */
  readonly tenantDomains: readonly string[];
};

const INTERNAL = 'x-ms-exchange-organization-authas';

/**
 * Tells whether the sender is who From says, by Exchange Online's own Authentication-Results: the first one, which has no
 * server's name in front and which there is once. Whoever writes a second one into their mail is believed by neither.
 * Microsoft's terms: "Anti-spam message headers in Microsoft 365" (Defender for Office 365).
 */
export function authenticateByExchange(mail: ParsedMail, trust: ExchangeTrust): Authentication {
  const domain = namedDomain(mail.from?.address ?? '');
  return { ...verdictOf(mail, trust, domain), domain };
}

function verdictOf(
  mail: ParsedMail,
  trust: ExchangeTrust,
  domain: string | null,
): Omit<Authentication, 'domain'> {
  if (mail.fromHeaders > 1) return unverified('two From headers');
  if (domain === null) return unverified('no sender domain');
  if (!trust.believed) return unverified('a gateway stands in front');
  const [first, ...others] = headerValues(mail, 'authentication-results');
  if (first === undefined) return withoutResults(mail, trust, domain);
  if (others.some(isExchanges)) return unverified('two Authentication-Results of Exchange');
  if (!isExchanges(first)) return unverified('Authentication-Results of another server');
  const results = parseResults(first);
  return results === null ? unverified('malformed Authentication-Results') : judge(results, domain);
}

// Exchange takes these headers off what comes from outside; that it always does is not documented for Exchange Online,
// so that only the admin's own domains are believed by them.
function withoutResults(
  mail: ParsedMail,
  trust: ExchangeTrust,
  domain: string,
): Omit<Authentication, 'domain'> {
  const said = headerValues(mail, INTERNAL).map((value) => value.trim().toLowerCase());
  if (said.length === 0) return { verdict: 'unchecked', reason: 'no Authentication-Results' };
  if (said.length === 1 && said[0] === 'internal' && trust.tenantDomains.includes(domain))
    return { verdict: 'verified', reason: 'AuthAs: Internal' };
  return unverified(`AuthAs: ${(headerValue(mail, INTERNAL) ?? '').slice(0, 40)}`);
}

type Results = Readonly<Partial<Record<'spf' | 'dmarc' | 'compauth', Result>>>;
type Result = { readonly result: string; readonly properties: ReadonlyMap<string, string> };

/** Explicit failure under the domain's policy (000), spoof intelligence's own (010) and intra-organisation spoof (6xx). */
const FORGED_REASON = /^(000|010|6\d\d)$/;
/** Passed, implicitly or explicitly (1xx, 130 by ARC), and allowed by the organisation (7xx). */
const PASSED_REASON = /^[17]\d\d$/;
/** What Exchange did, or by override did not do, because the domain asks for it. */
const REFUSED_ACTION = /^(oreject|o\.reject|reject|quarantine|pct\.reject|pct\.quarantine)$/;

function judge({ dmarc, compauth }: Results, domain: string): Omit<Authentication, 'domain'> {
  const reason = compauth?.properties.get('reason') ?? '';
  const action = dmarc?.properties.get('action') ?? '';
  if (compauth?.result === 'fail' && FORGED_REASON.test(reason))
    return forged(`compauth=fail reason=${reason}`);
  if (dmarc?.result === 'fail' && REFUSED_ACTION.test(action)) return forged(`dmarc=fail action=${action}`);
  if (compauth?.result === 'fail') return unverified(`compauth=fail reason=${reason}`);
  const about = namedDomain(dmarc?.properties.get('header.from') ?? '');
  if (about !== domain) return unverified(`dmarc for ${about ?? 'no domain'}`);
  if (dmarc?.result === 'pass' || dmarc?.result === 'bestguesspass')
    return { verdict: 'verified', reason: `dmarc=${dmarc.result}` };
  if (compauth?.result === 'pass' && PASSED_REASON.test(reason))
    return { verdict: 'verified', reason: `compauth=pass reason=${reason}` };
  return unverified(`compauth=${compauth?.result ?? 'none'} reason=${reason}`);
}

const RESULT =
  /^(spf|dkim|dmarc|compauth)=([a-z]+)(?:[ \t]+\(([^()"\\]*)\))?((?:[ \t]+[a-z.]+=[^\s"'();=<>,\\]+)*)$/i;

// A result that can be read in two ways vouches for nothing: no quotation, no second verdict of a kind, no odd blank.
function parseResults(value: string): Results | null {
  const line = value.replace(/\r?\n(?=[ \t])/g, '').trim();
  if (line.length > 4000 || /[^\P{C}\t]|[^\P{Z} ]/u.test(line)) return null;
  const clauses = line.split(';').map((clause) => clause.trim());
  if (clauses.at(-1) === '') clauses.pop();
  const results = new Map<string, Result>();
  for (const clause of clauses) {
    const [, method = '', result = '', , stated = ''] = RESULT.exec(clause) ?? [];
    const kind = method.toLowerCase();
    if (kind === '' || (kind !== 'dkim' && results.has(kind))) return null;
    const pairs = stated.trim() === '' ? [] : stated.trim().split(/[ \t]+/);
    const properties = new Map(pairs.map((pair) => pair.toLowerCase().split('=') as [string, string]));
    if (properties.size < pairs.length) return null;
    results.set(kind, { result: result.toLowerCase(), properties });
  }
  return Object.fromEntries(results);
}

/** Exchange names no server: its header begins with a result. */
function isExchanges(value: string): boolean {
  return /^\s*(spf|dkim|dmarc|compauth)\s*=/i.test(value);
}

function unverified(reason: string): Omit<Authentication, 'domain'> {
  return { verdict: 'unverified', reason };
}

function forged(reason: string): Omit<Authentication, 'domain'> {
  return { verdict: 'forged', reason };
}
