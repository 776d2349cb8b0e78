import { describe, expect, test } from 'vitest';
import { authenticateByExchange } from '../../src/mail/authenticity/authenticate-by-exchange.ts';
import { parseMail } from '../../src/mail/reading/parse-mail.ts';

const TRUST = { believed: true, tenantDomains: ['contoso.example'] };
const RESULTS = 'Authentication-Results: ';

async function verdict(headers: readonly string[], trust = TRUST, from = 'Ann <ann@customer.example>') {
  const raw = [...headers, `From: ${from}`, 'Subject: Hello', '', 'Hello.', ''].join('\r\n');
  const { verdict: found, reason } = authenticateByExchange(await parseMail(Buffer.from(raw)), trust);
  return `${found}: ${reason}`;
}

/** The header as Exchange Online writes it, with what differs. */
function exchange(
  parts: {
    readonly spf?: string;
    readonly dkim?: string;
    readonly dmarc?: string;
    readonly compauth?: string;
  } = {},
): string {
  const { spf = 'pass', dkim = 'pass', dmarc = 'pass action=none header.from=customer.example' } = parts;
  return (
    `${RESULTS}spf=${spf} (sender IP is 192.0.2.1)\r\n smtp.mailfrom=customer.example; dkim=${dkim} (signature was verified)\r\n` +
    ` header.d=customer.example;dmarc=${dmarc};compauth=${parts.compauth ?? 'pass reason=100'}`
  );
}

const HEADER_FROM = 'header.from=customer.example';

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

/** Thirty ways to pretend: none may come out as verified or unchecked. */
const FORGED: readonly (readonly [string, 'forged' | 'unverified', readonly string[], string?])[] = [
  [
    'compauth 000',
    'forged',
    [exchange({ dmarc: `fail action=none ${HEADER_FROM}`, compauth: 'fail reason=000' })],
  ],
  [
    'compauth 010',
    'forged',
    [exchange({ dmarc: `none action=none ${HEADER_FROM}`, compauth: 'fail reason=010' })],
  ],
  [
    'compauth 601',
    'forged',
    [exchange({ dmarc: `none action=none ${HEADER_FROM}`, compauth: 'fail reason=601' })],
  ],
  ['compauth 000 beside dmarc=pass', 'forged', [exchange({ compauth: 'fail reason=000' })]],
  [
    'oreject',
    'forged',
    [exchange({ dmarc: `fail action=oreject ${HEADER_FROM}`, compauth: 'none reason=451' })],
  ],
  [
    'o.reject',
    'forged',
    [exchange({ dmarc: `fail action=o.reject ${HEADER_FROM}`, compauth: 'none reason=451' })],
  ],
  [
    'reject',
    'forged',
    [exchange({ dmarc: `fail action=reject ${HEADER_FROM}`, compauth: 'pass reason=130' })],
  ],
  [
    'quarantine',
    'forged',
    [exchange({ dmarc: `fail action=quarantine ${HEADER_FROM}`, compauth: 'fail reason=001' })],
  ],
  [
    'pct.reject',
    'forged',
    [exchange({ dmarc: `fail action=pct.reject ${HEADER_FROM}`, compauth: 'fail reason=001' })],
  ],
  [
    'pct.quarantine',
    'forged',
    [exchange({ dmarc: `fail action=pct.quarantine ${HEADER_FROM}`, compauth: 'none reason=905' })],
  ],
  [
    'dmarc=fail action=none',
    'unverified',
    [exchange({ dmarc: `fail action=none ${HEADER_FROM}`, compauth: 'fail reason=001' })],
  ],
  [
    'dmarc=fail action=none, not checked',
    'unverified',
    [exchange({ dmarc: `fail action=none ${HEADER_FROM}`, compauth: 'none reason=405' })],
  ],
  [
    'dmarc=none',
    'unverified',
    [exchange({ dmarc: `none action=none ${HEADER_FROM}`, compauth: 'fail reason=001' })],
  ],
  [
    'soft pass',
    'unverified',
    [exchange({ dmarc: `none action=none ${HEADER_FROM}`, compauth: 'softpass reason=201' })],
  ],
  [
    'bypassed',
    'unverified',
    [exchange({ dmarc: `none action=none ${HEADER_FROM}`, compauth: 'none reason=901' })],
  ],
  [
    'spf of another domain',
    'unverified',
    [exchange({ dmarc: `none action=none ${HEADER_FROM}`, compauth: 'none reason=300' })],
  ],
  ['organisation policy', 'unverified', [exchange({ compauth: 'fail reason=002' })]],
  [
    'temporary error',
    'unverified',
    [exchange({ dmarc: `temperror action=temperror ${HEADER_FROM}`, compauth: 'none reason=400' })],
  ],
  [
    'a pass of another domain',
    'unverified',
    [exchange({ dmarc: 'pass action=none header.from=evil.example' })],
  ],
  ['a pass of a parent domain', 'unverified', [exchange({ dmarc: 'pass action=none header.from=example' })]],
  ['a pass of no domain', 'unverified', [exchange({ dmarc: 'pass action=none' })]],
  ['a second header below', 'unverified', [exchange(), exchange({ compauth: 'fail reason=000' })]],
  [
    'a header of the sender’s above a foreign one',
    'unverified',
    [exchange(), `${RESULTS}mx.evil.example; dmarc=fail`, exchange()],
  ],
  ['Google’s header', 'unverified', [`${RESULTS}mx.google.com; dmarc=pass ${HEADER_FROM}`]],
  [
    'a name in front',
    'unverified',
    [`${RESULTS}contoso.example; spf=pass; dmarc=pass action=none ${HEADER_FROM};compauth=pass reason=100`],
  ],
  ['two verdicts in one header', 'unverified', [`${exchange()};dmarc=pass action=none ${HEADER_FROM}`]],
  ['a quoted sender', 'unverified', [exchange({ spf: 'fail smtp.mailfrom="x;dmarc=pass" ' })]],
  [
    'a bracket that hides a verdict',
    'unverified',
    [`${RESULTS}spf=fail (a;dmarc=pass action=none ${HEADER_FROM});compauth=pass reason=100`],
  ],
  ['an odd blank', 'unverified', [exchange({ dmarc: `pass\u00a0action=none ${HEADER_FROM}` })]],
  ['two From addresses', 'unverified', [exchange()], 'ann@customer.example, eve@evil.example'],
  ['AuthAs of a foreign domain', 'unverified', ['X-MS-Exchange-Organization-AuthAs: Internal']],
  ['AuthAs: Anonymous', 'unverified', ['X-MS-Exchange-Organization-AuthAs: Anonymous'], 'bo@contoso.example'],
];

const cases = FORGED.map(([what, expected, headers, from]) => ({ what, expected, headers, from }));
test.each(cases)('$what is $expected', async ({ expected, headers, from }) => {
  expect(await verdict(headers, TRUST, from)).toMatch(new RegExp(`^${expected}: `));
});
