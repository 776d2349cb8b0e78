import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import type { Language } from '../../../mail/language.ts';
import type { OperatorActor } from '../../../people/access/actor.ts';
import { findOwnAccount } from '../../../people/own-settings/find-own-account.ts';
import { isTimeZone } from '../../../people/own-settings/own-settings.ts';
import type { Deps } from '../../../platform/deps.ts';

/** How an operator likes to read and work. */
export type Settings = {
  readonly language: Language;
  /** An IANA time zone; times are shown in it. */
  readonly timeZone: string;
  /** Whether they chose it; else it is the browser's, as its script says, or UTC. */
  readonly ownZone: boolean;
  readonly theme: 'system' | 'light' | 'dark';
  /** Whether single keys act; off for those who speak to their computer (WCAG 2.1.4). */
  readonly singleKeys: boolean;
  /** Where sending a reply leads. */
  readonly afterSend: 'stay' | 'next' | 'list';
  /** The query string of the list used last. */
  readonly lastView: string | null;
  /** The keys of the fields that a list shows. */
  readonly listColumns: readonly string[];
};

/** The language a browser asks for first, of those there are. */
export function languageAsked(c: Context): Language {
  const asked = (c.req.header('accept-language') ?? '').toLowerCase();
  return asked.startsWith('ru') ? 'ru' : 'en';
}

/** The time zone that a page's script has told of a browser, or null. */
export function zoneTold(c: Context): string | null {
  const zone = getCookie(c, 'mailroom-zone') ?? '';
  return isTimeZone(zone) ? zone : null;
}

/** How this operator has set the console; what they left open is taken from their browser, or is UTC. */
export async function readSettings(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  c: Context,
): Promise<Settings> {
  const account = await findOwnAccount(deps, actor);
  const { theme, singleKeys, afterSend, lastView, listColumns } = account;
  const language = account.language ?? languageAsked(c);
  const timeZone = account.timeZone ?? zoneTold(c) ?? 'UTC';
  const ownZone = account.timeZone !== null;
  return { language, timeZone, ownZone, theme, singleKeys, afterSend, lastView, listColumns };
}
