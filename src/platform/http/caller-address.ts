import { BlockList, isIP } from 'node:net';
import type { Context } from 'hono';

/** Addresses and networks (CIDR) of the proxies whose word on a caller's address counts. */
export type TrustedProxies = BlockList;

/** Reads a list as `TRUSTED_PROXIES` has it, such as `10.0.0.0/8, ::1`; null when one of them is neither address nor network. */
export function parseTrustedProxies(list: string): TrustedProxies | null {
  const proxies = new BlockList();
  for (const entry of list.split(',').map((each) => each.trim())) {
    const [address = '', bits, ...rest] = entry.split('/');
    const family = isIP(address);
    const most = family === 4 ? 32 : 128;
    if (family === 0 || rest.length > 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return null;
    if (bits !== undefined && Number(bits) > most) return null;
    proxies.addSubnet(address, Number(bits ?? most), family === 4 ? 'ipv4' : 'ipv6');
  }
  return proxies;
}

/**
 * The address a call comes from, for counting by it. Anybody can write X-Forwarded-For: only the part that trusted proxies
 * added counts, read from its end, up to the first address that is none of theirs. An IPv6 caller counts by network (/64),
 * because one line has more addresses than could ever be counted.
 */
export function callerAddress(c: Context, trusted: TrustedProxies | undefined): string {
  const env = c.env as
    { readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } } } | undefined;
  const forwarded = (c.req.header('x-forwarded-for') ?? '').split(',');
  let address = plain(env?.incoming?.socket?.remoteAddress ?? '');
  for (const next of forwarded.map(plain).toReversed()) {
    if (!isTrusted(trusted, address) || isIP(next) === 0) break;
    address = next;
  }
  return isIP(address) === 6 ? network(address) : address === '' ? 'unknown' : address;
}

function isTrusted(trusted: TrustedProxies | undefined, address: string): boolean {
  const family = isIP(address);
  return trusted !== undefined && family !== 0 && trusted.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

// Some proxies add the port, and sockets that speak both kinds write an IPv4 address as an IPv6 one.
function plain(text: string): string {
  const bare = text.trim().replace(/^\[(.*)\](?::\d+)?$/, '$1');
  const withoutPort = /^[\d.]+:\d+$/.test(bare) ? bare.slice(0, bare.lastIndexOf(':')) : bare;
  return withoutPort.replace(/^::ffff:(?=[\d.]+$)/i, '').replace(/%.*$/, '');
}

function network(address: string): string {
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const all =
    tail === undefined
      ? left
      : [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  const groups = all.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${groups.join(':')}::/64`;
}
