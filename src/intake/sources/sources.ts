import type { SourceName } from '../../mailboxes/mailbox.ts';
import { gmail } from '../gmail/gmail.ts';
import { microsoft } from '../microsoft/microsoft.ts';
import type { Source } from './source.ts';

/** Every way that mail comes in. */
export const SOURCES: Readonly<Record<SourceName, Source>> = { gmail, microsoft };
