export const RESULTS = 'Authentication-Results: ';
export const HEADER_FROM = 'header.from=customer.example';

/** The header as Exchange Online writes it, with what differs. */
export function exchange(
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

/** A way to pretend to be ann@customer.example, or whoever is in `from`. */
export type Forgery = {
  readonly what: string;
  readonly expected: 'forged' | 'unverified';
  readonly headers: readonly string[];
  readonly from?: string;
};

const WAYS: readonly (readonly [string, Forgery['expected'], readonly string[], string?])[] = [
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

/** Thirty ways and more. */
export const FORGED: readonly Forgery[] = WAYS.map(([what, expected, headers, from]) => ({
  what,
  expected,
  headers,
  ...(from === undefined ? {} : { from }),
}));
