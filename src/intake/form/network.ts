import { isIP } from 'node:net';

/** What visitors are counted by: the /24 of an IPv4 address; of an IPv6 address it is the /64 that comes here already. */
export function networkOf(callerAddress: string): string {
  if (isIP(callerAddress) !== 4) return callerAddress;
  return `${callerAddress.split('.').slice(0, 3).join('.')}.0/24`;
}
