import { registerHooks } from 'node:module';
import type postgres from 'postgres';
import { repaired } from './repairs.ts';

// The query string makes it a separate module: a plain import of the driver elsewhere is not changed.
const MARK = '?repaired';

/**
 * postgres.js with the repairs of `repairs.ts`, made as its modules are loaded: nothing in node_modules is changed, so
 * neither `npm ci` nor an installation without scripts can leave them out. Every connection to PostgreSQL uses this.
 */
export const driver = await loadRepaired();

async function loadRepaired(): Promise<typeof postgres> {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const isOurs = specifier === `postgres${MARK}`;
      const isPart = context.parentURL?.endsWith(MARK) === true && specifier.startsWith('.');
      const found = next(isOurs ? 'postgres' : specifier, context);
      return isOurs || isPart ? { ...found, url: `${found.url}${MARK}` } : found;
    },
    load(url, context, next) {
      if (!url.endsWith(MARK)) return next(url, context);
      const plain = url.slice(0, -MARK.length);
      const loaded = next(plain, context);
      return { ...loaded, source: repaired(plain, textOf(loaded.source)) };
    },
  });
  try {
    const name: string = `postgres${MARK}`;
    return ((await import(name)) as { readonly default: typeof postgres }).default;
  } finally {
    hooks.deregister();
  }
}

function textOf(source: string | ArrayBuffer | NodeJS.TypedArray | undefined): string {
  return typeof source === 'string' ? source : new TextDecoder().decode(source);
}
