import { createRequire } from 'node:module';

/**
 * A package that is loaded when it is first used, for code that cannot wait for an import: one that a desk may not need for
 * days would take memory from its start.
 */
export function lazyPackage(name: string): () => unknown {
  const require = createRequire(import.meta.url);
  let loaded: unknown;
  return () => (loaded ??= require(name) as unknown);
}
