import { describe, expect, test } from 'vitest';
import { authenticateByExchange } from '../../src/mail/authenticity/authenticate-by-exchange.ts';
import { parseMail } from '../../src/mail/reading/parse-mail.ts';
import { exchange, FORGED, HEADER_FROM, RESULTS } from '../support/exchange-results.ts';

const TRUST = { believed: true, tenantDomains: ['contoso.example'] };

async function verdict(headers: readonly string[], trust = TRUST, from = 'Ann <ann@customer.example>') {
  const raw = [...headers, `From: ${from}`, 'Subject: Hello', '', 'Hello.', ''].join('\r\n');
  const { verdict: found, reason } = authenticateByExchange(await parseMail(Buffer.from(raw)), trust);
  return `${found}: ${reason}`;
}

// The words and reason codes are those of "Anti-spam message headers in Microsoft 365".
describe('what Exchange says of a sender is believed', () => {
  test.each([
    ['dmarc=pass', exchange()],
    [
      'dmarc=bestguesspass',
      exchange({ dmarc: `bestguesspass action=none ${HEADER_FROM}`, compauth: 'pass reason=109' }),
    ],
    [
      'compauth=pass reason=130',
      exchange({ dmarc: `fail action=none ${HEADER_FROM}`, compauth: 'pass reason=130' }),
    ],
    [
      'compauth=pass reason=703',
      exchange({
        spf: 'fail',
        dkim: 'none',
        dmarc: `none action=none ${HEADER_FROM}`,
        compauth: 'pass reason=703',
      }),
    ],
  ])('%s', async (reason, header) => {
    expect(await verdict([header])).toBe(`verified: ${reason}`);
  });

  test('of a tenant’s own person, whom no header checks, if the admin named the domain', async () => {
    const internal = 'X-MS-Exchange-Organization-AuthAs: Internal';
    expect(await verdict([internal], TRUST, 'bo@contoso.example')).toBe('verified: AuthAs: Internal');
    expect(await verdict([internal])).toBe('unverified: AuthAs: Internal');
  });

  test('beside the results of an earlier hop', async () => {
    const hops = [
      exchange(),
      'Authentication-Results-Original: mimecast.example; dmarc=fail',
      'ARC-Authentication-Results: i=1; mx.microsoft.com 1; spf=fail',
      `${RESULTS}mx.partner.example; dmarc=fail`,
    ];
    expect(await verdict(hops)).toBe('verified: dmarc=pass');
  });
});

test('mail without any word on its sender is unchecked', async () => {
  expect(await verdict([])).toBe('unchecked: no Authentication-Results');
});

test('nothing is believed behind a gateway', async () => {
  expect(await verdict([exchange()], { ...TRUST, believed: false })).toBe(
    'unverified: a gateway stands in front',
  );
});

// None of the ways to pretend comes out as verified or unchecked.
test.each(FORGED)('$what is $expected', async ({ expected, headers, from }) => {
  expect(await verdict(headers, TRUST, from)).toMatch(new RegExp(`^${expected}: `));
});
