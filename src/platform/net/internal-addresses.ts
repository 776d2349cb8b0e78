import { BlockList, isIP } from 'node:net';

// What RFC 6890 and its registries keep from the public Internet; 100.64 is what providers put between them and customers,
// 169.254 holds the metadata of cloud machines.
const IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

// Loopback and IPv4-compatible, translation within a site, Teredo and 6to4 (tunnels to any IPv4 address), unique local, link
// and site local, multicast.
const IPV6 = [
  '::/96',
  '64:ff9b:1::/48',
  '2001::/32',
  '2002::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
];

/**
 * Addresses of this machine and of the networks behind it. An IPv4 address written as IPv6 (`::ffff:10.0.0.1`) is looked up
 * as what it is by the list itself; the one that a NAT64 makes of it is listed, since public servers have such ones too.
 */
export const INTERNAL_ADDRESSES = internalAddresses();

function internalAddresses(): BlockList {
  const list = new BlockList();
  for (const [address, bits] of IPV4.map(network)) {
    list.addSubnet(address, bits, 'ipv4');
    list.addSubnet(`64:ff9b::${address}`, 96 + bits, 'ipv6');
  }
  for (const [address, bits] of IPV6.map(network)) list.addSubnet(address, bits, 'ipv6');
  return list;
}

function network(text: string): [address: string, bits: number] {
  const [address = '', bits = ''] = text.split('/');
  return [address, Number(bits)];
}

/** Node's own quarter of a second for each of a name's addresses is too short for a server that is far away. */
const ADDRESS_TIMEOUT_MS = 5000;

/** What keeps a socket from connecting to a forbidden address: it is the one connected to that is looked at, whatever a name led to before. */
export function guard(forbids: BlockList) {
  return { blockList: forbids, autoSelectFamily: true, autoSelectFamilyAttemptTimeout: ADDRESS_TIMEOUT_MS };
}

/** True for a host of a URL that is written as a forbidden address; where a name leads shows only when it is connected to. */
export function isInternalHost(hostname: string, forbids: BlockList): boolean {
  const address = hostname.replace(/^\[|\]$/g, '');
  const family = isIP(address);
  return family === 0
    ? /(^|\.)localhost\.?$/i.test(address)
    : forbids.check(address, family === 4 ? 'ipv4' : 'ipv6');
}
