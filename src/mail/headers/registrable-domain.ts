import type * as tldts from 'tldts';
import { lazyPackage } from '../lazy-package.ts';

// All public suffixes there are: they take 3 MB.
const suffixes = lazyPackage('tldts') as () => typeof tldts;

/**
 * What is registered of a domain, by the public suffix list; null for what is no domain. With `byTenant` names below a private
 * suffix (github.io) belong to different people and are different ones.
 */
export function registrableDomain(
  domain: string,
  { byTenant = false }: { readonly byTenant?: boolean } = {},
): string | null {
  return suffixes().getDomain(domain, { allowPrivateDomains: byTenant });
}
