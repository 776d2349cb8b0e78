/** The only source of the present moment; tests pass one they can move. */
export type Clock = { readonly now: () => Date };

export const systemClock: Clock = { now: () => new Date() };
