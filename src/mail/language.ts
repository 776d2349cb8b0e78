/** A language that the desk writes in. */
export type Language = 'en' | 'ru';

export const LANGUAGES = ['en', 'ru'] as const satisfies readonly Language[];
