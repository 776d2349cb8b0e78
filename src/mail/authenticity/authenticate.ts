import { domainOf } from '../headers/address-parts.ts';
import { domainToASCII } from 'node:url';
import { registrableDomain } from '../headers/registrable-domain.ts';
import type { AuthenticationResult } from './authentication-results.ts';
import { parseAuthenticationResults } from './authentication-results.ts';
import type { ParsedMail } from '../parsed-mail.ts';

export type Authenticity = 'verified' | 'unchecked' | 'unverified' | 'forged';

export type Authentication = {
  readonly verdict: Authenticity;
  /** The result that decided, in the words of the header: `dmarc=pass`, `dkim=pass header.i=example.com`, `two From headers`. */
  readonly reason: string;
  /** The domain of From the verdict is about. */
  readonly domain: string | null;
};

/** The server whose word counts: Gmail writes it above everything the sender sent. */
const trustedServer = 'mx.google.com';
const trace =
  /^(delivered-to|received|x-received|return-path|received-spf|arc-[a-z-]+|x-google-[a-z-]+|x-gm-[a-z-]+|x-forwarded-[a-z-]+|x-original-to|x-original-authentication-results|x-original-sender|x-envelope-[a-z-]+|envelope-to)$/;

/**
 * Tells whether the sender is who From says, by the receiving server's own Authentication-Results alone: the topmost one, from
 * mx.google.com, with nothing but trace headers above it. What senders put below, or into names and addresses, counts for nothing.
 */
export function authenticateMail(mail: ParsedMail): Authentication {
  const domain = namedDomain(mail.from?.address ?? '');
  if (mail.fromHeaders > 1) return { verdict: 'unverified', reason: 'two From headers', domain };
  if (domain === null) return { verdict: 'unverified', reason: 'no sender domain', domain };
  const at = mail.headers.findIndex((header) => header.name === 'authentication-results');
  const header = mail.headers[at];
  if (header === undefined) return { verdict: 'unchecked', reason: 'no Authentication-Results', domain };
  if (mail.headers.slice(0, at).some((above) => !trace.test(above.name))) {
    return { verdict: 'unverified', reason: 'Authentication-Results not at the top', domain };
  }
  const parsed = parseAuthenticationResults(header.value);
  if (parsed === null) return { verdict: 'unverified', reason: 'malformed Authentication-Results', domain };
  if (parsed.authservId !== trustedServer)
    return { verdict: 'unverified', reason: `results of ${parsed.authservId.slice(0, 100)}`, domain };
  return { ...judge(parsed.results, domain), domain };
}

function judge(
  results: readonly AuthenticationResult[],
  domain: string,
): Pick<Authentication, 'verdict' | 'reason'> {
  const dmarc = results.find((result) => result.method === 'dmarc');
  if (dmarc !== undefined && dmarc.result !== 'none') {
    if (dmarc.result === 'pass') {
      const about = namedDomain(dmarc.properties.get('header.from') ?? '');
      if (about !== null && isAligned(about, domain)) return { verdict: 'verified', reason: 'dmarc=pass' };
      return { verdict: 'unverified', reason: `dmarc=pass for ${about ?? 'no domain'}` };
    }
    const policy = dmarc.result === 'fail' ? policyOf(dmarc, domain) : null;
    if (policy !== null) return { verdict: 'forged', reason: `dmarc=fail ${policy}` };
    return { verdict: 'unverified', reason: `dmarc=${dmarc.result}` };
  }
  for (const result of results) {
    const signer = result.result === 'pass' ? signerOf(result) : null;
    if (signer !== null && isAligned(signer.domain, domain)) {
      return { verdict: 'verified', reason: `${result.method}=pass ${signer.property}=${signer.domain}` };
    }
  }
  return { verdict: 'unverified', reason: 'no aligned dkim or spf pass' };
}

/** The policy under which a failed message should not have been delivered; null when its domain asks for nothing. */
function policyOf(dmarc: AuthenticationResult, domain: string): string | null {
  const said = dmarc.comment.toLowerCase();
  const tag = (name: string): string | null =>
    new RegExp(`(?:^|[\\s;])${name}=(\\w+)`).exec(said)?.[1] ?? null;
  const applied = dmarc.properties.get('policy.dmarc')?.toLowerCase() ?? null;
  const own = organization(domain) === domain ? tag('p') : (tag('sp') ?? tag('p'));
  for (const [name, value] of [
    ['p', own],
    ['p', applied],
    ['dis', tag('dis')],
  ] as const) {
    if (value === 'reject' || value === 'quarantine') return `${name}=${value}`;
  }
  return null;
}

/** The domain that a pass is about; two properties that name different ones vouch for neither. */
function signerOf(result: AuthenticationResult): { property: string; domain: string } | null {
  const names =
    result.method === 'dkim' ? ['header.d', 'header.i'] : result.method === 'spf' ? ['smtp.mailfrom'] : [];
  const signers = names.flatMap((property) => {
    const domain = namedDomain(result.properties.get(property) ?? '');
    return domain === null ? [] : [{ property, domain }];
  });
  const [first] = signers;
  return first !== undefined && signers.every(({ domain }) => isAligned(domain, first.domain)) ? first : null;
}

function isAligned(signer: string, from: string): boolean {
  if (signer === from) return true;
  const organizations = [organization(signer), organization(from)] as const;
  return organizations[0] !== null && organizations[0] === organizations[1];
}

/** Names of one registrable domain are one organization's. */
function organization(domain: string): string | null {
  return registrableDomain(domain, { byTenant: true });
}

const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
const domainPattern = new RegExp(`^(?:${LABEL}\\.)+(?!\\d+$)${LABEL}$`);

/** The domain of an address, or of a domain alone; one-letter names (`i.ua`), digits and IDNA labels included. */
export function namedDomain(address: string): string | null {
  const named = domainOf(address).trim().replace(/\.$/, '').toLowerCase();
  const domain = /^\p{ASCII}*$/u.test(named) ? named : domainToASCII(named);
  return domain.length < 254 && domainPattern.test(domain) ? domain : null;
}
