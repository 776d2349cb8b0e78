import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { callerAddress, parseTrustedProxies } from '../../src/platform/http/caller-address.ts';

/** The address that counts for a call over a connection from `peer`. */
async function addressOf(peer: string, forwarded: string | null, trusted?: string): Promise<string> {
  const proxies = trusted === undefined ? undefined : parseTrustedProxies(trusted)!;
  const app = new Hono().get('/', (c) => c.text(callerAddress(c, proxies)));
  const headers = forwarded === null ? {} : { 'x-forwarded-for': forwarded };
  const env = { incoming: { socket: { remoteAddress: peer } } };
  return (await app.request('/', { headers }, env)).text();
}

test.each([
  ['without trusted proxies the connection counts', '10.0.0.1', '1.1.1.1', undefined, '10.0.0.1'],
  ['a trusted proxy says who calls', '10.0.0.1', '1.1.1.1', '10.0.0.1', '1.1.1.1'],
  ['a proxy that nobody trusts says nothing', '10.0.0.2', '1.1.1.1', '10.0.0.1', '10.0.0.2'],
  [
    'what the caller wrote itself stands further left',
    '10.0.0.1',
    '6.6.6.6, 1.1.1.1',
    '10.0.0.0/8',
    '1.1.1.1',
  ],
  [
    'a chain of trusted proxies is walked to its end',
    '10.0.0.1',
    '6.6.6.6, 1.1.1.1, 10.0.0.9',
    '10.0.0.0/8',
    '1.1.1.1',
  ],
  ['trusted proxies alone leave the last of them', '10.0.0.1', '10.0.0.9', '10.0.0.0/8', '10.0.0.9'],
  ['without the header the proxy counts', '10.0.0.1', null, '10.0.0.0/8', '10.0.0.1'],
  ['what is no address counts for nothing', '10.0.0.1', '1.1.1.1, unknown', '10.0.0.0/8', '10.0.0.1'],
  ['a port is left off', '10.0.0.1', '1.1.1.1:4711', '10.0.0.0/8', '1.1.1.1'],
  ['an IPv4 address within IPv6 is the same', '::ffff:10.0.0.1', '::ffff:1.1.1.1', '10.0.0.1', '1.1.1.1'],
  ['an IPv6 caller counts by network', '::1', '[2001:db8:1:2:3:4:5:6]:443', '::1', '2001:db8:1:2::/64'],
  ['a short IPv6 address too', '::1', '2001:db8::7', '::1', '2001:db8:0:0::/64'],
])('%s', async (_, peer, forwarded, trusted, address) => {
  expect(await addressOf(peer, forwarded, trusted)).toBe(address);
});

test.each(['', 'localhost', '10.0.0.0/33', '10.0.0.0/8/8', '::1/129', '10.0.0.1,', '10.0.0.0/x'])(
  'TRUSTED_PROXIES refuses %j',
  (list) => {
    expect(parseTrustedProxies(list)).toBeNull();
  },
);
