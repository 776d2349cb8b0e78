/** An Apps Script service of which only these members exist; any other one fails the run instead of being undefined. */
export function strict<T extends object>(name: string, members: T): T {
  return new Proxy(members, {
    get(target, key) {
      if (typeof key === 'symbol') return undefined;
      if (!Object.hasOwn(target, key)) throw new Error(`${name}.${key} is not modelled`);
      return target[key as keyof T];
    },
    set(_target, key) {
      throw new Error(`${name}.${String(key)} must not be set`);
    },
  });
}
