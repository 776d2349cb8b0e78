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
      'mx.google.com; dkim=pass (good (really)) header.i=@a.example header.b="x;y=z"; spf = fail smtp.mailfrom=b@c.example',
    );
    expect(parsed?.authservId).toBe('mx.google.com');
    expect(parsed?.results.map(({ method, result }) => `${method}=${result}`)).toEqual([
      'dkim=pass',
      'spf=fail',
    ]);
    expect(parsed?.results[0]?.properties.get('header.b')).toBe('x;y=z');
    expect(parsed?.results[0]?.comments).toEqual(['good (really)']);
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
