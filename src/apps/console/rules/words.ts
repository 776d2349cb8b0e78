import type { Catalogue } from '../shell/visit.ts';
import { rulesEnglish } from './words-en.ts';
import { rulesRussian } from './words-ru.ts';

export const ruleWords: Catalogue<typeof rulesEnglish> = { en: rulesEnglish, ru: rulesRussian };
