import { describe, expect, test } from 'vitest';
import { authenticateMail } from '../../src/mail/authenticity/authenticate.ts';
import { parseAuthenticationResults } from '../../src/mail/authenticity/authentication-results.ts';
import { mailWith } from '../support/parsed-mail.ts';

const verdict = (results: string, from = 'ann@customer.example') =>
  authenticateMail(
    mailWith({
      from,
      headers: [
        ['delivered-to', 'desk@example.com'],
        ['authentication-results', results],
      ],
    }),
  ).verdict;

describe('Authentication-Results, read by RFC 8601', () => {
  test('methods, properties and comments', () => {
    const parsed = parseAuthenticationResults(
      'mx.google.com;\r\n       dkim=pass (test mode) header.i=@a.example header.b="x/y=z";\r\n       SPF=Fail smtp.mailfrom="b=d"@c.example',
    );
    expect(parsed?.authservId).toBe('mx.google.com');
    expect(parsed?.results.map(({ method, result }) => `${method}=${result}`)).toEqual([
      'dkim=pass',
      'spf=fail',
    ]);
    expect(parsed?.results[0]?.properties.get('header.b')).toBe('x/y=z');
    expect(parsed?.results[0]?.comment).toBe('test mode');
    expect(parsed?.results[1]?.properties.get('smtp.mailfrom')).toBe('b=d@c.example');
  });

  test.each([
    '',
    '"mx.google.com"; dmarc=pass',
    'mx.google.com; dmarc=pass "x',
    'mx.google.com; dmarc=pass (x',
    'mx.google.com; "dmarc"=pass',
    'mx.google.com x; dmarc=pass',
    'a b c; dmarc=pass',
    `mx.google.com; ${'x'.repeat(20_000)}`,
  ])('%s is not well-formed', (value) => expect(parseAuthenticationResults(value)).toBeNull());

  test.each(['mx.google.com', 'mx.google.com 1', 'mx.google.com; none', 'mx.google.com;'])(
    '%s holds no result',
    (value) => {
      expect(parseAuthenticationResults(value)?.results).toEqual([]);
    },
  );
});

/** Results whose words a sender chose: envelope, DKIM identity and selector come back in what Gmail writes. */
const designates = 'designates 192.0.2.1 as permitted sender';
const dmarc = 'dmarc=pass header.from=customer.example';
const forgeries: readonly string[] = [
  `spf=pass (google.com: domain of "a) ; ${dmarc} ("@evil.example ${designates}) smtp.mailfrom="a) ; ${dmarc} ("@evil.example`,
  `dkim=pass header.i=@customer.example(.evil.example header.s=s header.b=b; spf=pass (google.com: domain of "a)"@evil.example ${designates}) smtp.mailfrom="a)"@evil.example`,
  `dkim=pass header.i=@customer.example(.evil.example header.s=a) header.b=b; spf=none smtp.mailfrom=evil.example`,
  `dkim=pass header.i=@customer.example (.evil.example header.s=a) header.b=b`,
  `dkim=pass header.i=@customer.example() header.s=s`,
  `dkim=pass header.i=@customer.example(x).evil.example header.s=s`,
  `dkim=pass header.i=@(x)customer.example header.s=s`,
  `dkim=pass(x) header.i=@customer.example`,
  `dkim=pass header.d=customer.example header.i=@evil.example`,
  `dkim=pass header.i=@customer.example header.i=@evil.example`,
  `dkim=pass header.i="@customer.example"(.evil.example) header.s=s`,
  `dkim=pass header.i=x@evil.example@customer.example header.s=s`,
  `dkim=pass header.i="x@evil.example\\"@customer.example" header.s=s`,
  `spf=pass (google.com: domain of a\\) ; ${dmarc} (@evil.example ${designates}) smtp.mailfrom=a@evil.example`,
  `spf=pass (google.com: domain of a) ; ${dmarc} (@evil.example ${designates}) smtp.mailfrom=a@evil.example`,
  `spf=pass (google.com: domain of a; ${dmarc} x@evil.example ${designates}) smtp.mailfrom=a@evil.example`,
  `spf=pass (google.com: domain of "a@evil.example ${designates}) smtp.mailfrom="a; ${dmarc};"@evil.example`,
  `spf=pass smtp.mailfrom=a@customer.example(@evil.example)`,
  `spf=pass smtp.mailfrom=a@customer.example,b@evil.example`,
  `spf=pass smtp.mailfrom=<a@customer.example>@evil.example`,
  `spf=pass smtp.mailfrom="a@evil.example" @customer.example`,
  `spf=pass smtp.mailfrom="a" smtp.mailfrom=b@customer.example`,
  `spf=pass smtp.mailfrom=a@evil.example; spf=pass smtp.mailfrom=a@customer.example`,
  `spf=pass smtp.mailfrom=a\u00a0smtp.mailfrom=b@customer.example`,
  `spf=pass smtp.mailfrom=a@evil.example\u2028; ${dmarc}`,
  `spf=pass smtp.mailfrom=a@customer.example\u0000.evil.example`,
  `dmarc=pass (p=NONE) (p=REJECT) header.from=customer.example`,
  `dmarc=pass header.from=customer.example(; dmarc=fail (p=REJECT) header.from=x)`,
  `dmarc=fail (p=NONE) header.from=customer.example; ${dmarc}`,
  `dmarc=pass reason="x) ; y" header.from=customer.example`,
  `reason=x ${dmarc}`,
  `x="; ${dmarc}; y=z"`,
];

test.each(forgeries)('a header that can be read in two ways vouches for nothing: %s', (results) => {
  expect(verdict(`mx.google.com; ${results}`)).toBe('unverified');
});

test.each([
  `spf=pass (google.com: domain of bounces+1-a=gmail.com@customer.example ${designates}) smtp.mailfrom="bounces+1-a=gmail.com@customer.example"`,
  `spf=pass (google.com: domain of o'neil@customer.example designates 2001:db8::1 as permitted sender) smtp.mailfrom=o'neil@customer.example`,
  'dkim=pass (test mode) header.i=@customer.example header.s=s1 header.b=aB+/9=',
  'dkim=pass reason="good signature" header.i=@customer.example header.s=s1',
  'dkim=neutral (body hash did not verify) header.i=@other.example; dkim=pass header.i=@customer.example header.s=a',
  `arc=pass (i=1 spf=pass spfdomain=x.example dkim=pass dkdomain=x.example dmarc=pass fromdomain=x.example); ${dmarc}`,
  `dkim=pass header.i=@customer.example header.s=x; ${dmarc}; dara=pass header.i=@customer.example`,
])("Gmail's own forms are believed: %s", (results) => {
  expect(verdict(`mx.google.com; ${results}`)).toBe('verified');
});

const long = 'x'.repeat(63);

test.each([
  'i.ua', 'x.com', 't.co', 'a.b.c.example', '163.com', '1.fm', '9.example', '123.456.example', `${long}.example`, `${long}.${long}.${long}.example`,
  'xn--80ak6aa92e.com', 'xn--e1afmkfd.xn--p1ai', 'mail.xn--bcher-kva.example', 'desk.internal', 'a.home', 'mail.corp.lan', 'co.uk', 'github.io',
  'foo_bar.example', 'a-b.example', 'q.x.museum', 'x.xn--vermgensberatung-pwb',
])('a sender at %s is verified by a pass for that domain', (domain) => {
  expect(verdict(`mx.google.com; dmarc=pass header.from=${domain}`, `ann@${domain}`)).toBe('verified');
  expect(verdict(`mx.google.com; spf=pass smtp.mailfrom=b@${domain}`, `ann@${domain}`)).toBe('verified');
}); // prettier-ignore

test.each(['a', '127.0.0.1', `${long}x.example`, '-a.example', 'a-.example', 'a..example', ''])(
  '%s is no domain, and nothing vouches for it',
  (domain) => {
    expect(verdict(`mx.google.com; dmarc=pass header.from=${domain}`, `ann@${domain}`)).toBe('unverified');
  },
);

test('a name in its own letters is the domain in its IDNA form', () => {
  expect(verdict('mx.google.com; dmarc=pass header.from=bücher.example', 'a@xn--bcher-kva.example')).toBe(
    'verified',
  );
});

test.each([
  ['verified', 'mx.google.com; dmarc=pass (p=NONE) header.from=customer.example'],
  ['verified', 'mx.google.com; dmarc=none header.from=customer.example; dkim=pass header.d=customer.example'],
  ['verified', 'mx.google.com; spf=pass smtp.mailfrom=bounce@news.customer.example'],
  ['unverified', 'mx.google.com; spf=pass smtp.helo=customer.example'],
  ['unverified', 'mx.google.com; dkim=fail header.d=customer.example'],
  ['unverified', 'mx.google.com; dmarc=pass'],
  [
    'unverified',
    'mx.google.com; dmarc=temperror header.from=customer.example; dkim=pass header.d=customer.example',
  ],
  [
    'unverified',
    'mx.google.com; dmarc=fail (p=NONE) header.from=customer.example; dkim=pass header.d=customer.example',
  ],
  [
    'unverified',
    'mx.google.com; dmarc=pass header.from=customer.example; dmarc=pass header.from=evil.example',
  ],
  ['unverified', 'mx.google.com; x=y dmarc=pass header.from=customer.example'],
  ['unverified', 'mx.google.com; x=y reason="; dmarc=pass header.from=customer.example"'],
  ['unverified', 'MX.GOOGLE.COM.evil.example; dmarc=pass header.from=customer.example'],
  ['forged', 'mx.google.com; dmarc=fail (p=QUARANTINE dis=NONE) header.from=customer.example'],
  ['forged', 'mx.google.com; dmarc=fail (p=NONE dis=QUARANTINE) header.from=customer.example'],
  ['forged', 'mx.google.com; dmarc=fail header.from=customer.example policy.dmarc=reject'],
] as const)('%s: %s', (expected, results) => {
  expect(verdict(results)).toBe(expected);
});

test('neighbours under a public or private suffix are strangers', () => {
  expect(verdict('mx.google.com; spf=pass smtp.mailfrom=x@mallory.co.uk', 'ann@ann.co.uk')).toBe(
    'unverified',
  );
  expect(verdict('mx.google.com; spf=pass smtp.mailfrom=x@mallory.github.io', 'ann@ann.github.io')).toBe(
    'unverified',
  );
  expect(verdict('mx.google.com; spf=pass smtp.mailfrom=x@mail.ann.co.uk', 'ann@ann.co.uk')).toBe('verified');
});

test('without results a mail is unchecked, with two senders or none it is unverified', () => {
  expect(authenticateMail(mailWith({})).verdict).toBe('unchecked');
  expect(authenticateMail({ ...mailWith({}), fromHeaders: 2 }).verdict).toBe('unverified');
  expect(authenticateMail({ ...mailWith({}), from: null })).toEqual({
    verdict: 'unverified',
    reason: 'no sender domain',
    domain: null,
  });
});

test.each(['x-forged', 'from', 'dkim-signature', 'subject'])(
  '%s above the results makes them worthless',
  (name) => {
    const headers: [string, string][] = [
      [name, 'x'],
      ['authentication-results', 'mx.google.com; dmarc=pass header.from=customer.example'],
    ];
    expect(authenticateMail(mailWith({ headers })).verdict).toBe('unverified');
  },
);

test('trace headers may stand above the results', () => {
  const headers: [string, string][] = [
    'delivered-to',
    'received',
    'x-received',
    'arc-seal',
    'arc-authentication-results',
    'return-path',
    'received-spf',
    'x-google-smtp-source',
    'x-gm-message-state',
    'x-forwarded-to',
    'x-original-to',
  ].map((name) => [name, 'x']);
  headers.push(['authentication-results', 'mx.google.com; dmarc=pass header.from=customer.example']);
  expect(authenticateMail(mailWith({ headers })).verdict).toBe('verified');
});
