export const ROOMS: readonly string[];
export function importFault(from: string, to: string): string | null;
