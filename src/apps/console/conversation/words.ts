import type { Catalogue } from '../shell/visit.ts';
import { en } from './words-en.ts';
import { ru } from './words-ru.ts';

export const conversationWords: Catalogue<typeof en> = { en, ru };
