import type { Context } from 'hono';
import type { AppEnv } from '../../../people/access/app-env.ts';
import type { OperatorActor } from '../../../people/access/actor.ts';
import type { JiraDeps } from '../../../integrations/jira/jira-deps.ts';
import type { WebhookDeps } from '../../../integrations/webhooks/save-webhook.ts';
import type { IntakeDeps } from '../../../intake/deps.ts';
import type { ReceiveUnproven } from '../../../platform/http/unproven/unproven-bodies.ts';
import type { Assets } from '../assets/assets.ts';
import type { Format } from '../parts/format.ts';
import { ID_TEXT } from '../../../platform/id-text.ts';
import type { Settings } from './settings.ts';

export type ConsoleDeps = IntakeDeps &
  JiraDeps &
  WebhookDeps & { readonly assets: Assets; readonly receiveUnproven: ReceiveUnproven };

/** One call of a page by somebody signed in: who they are, and how they like to read. */
export type Visit = {
  readonly c: Context<AppEnv>;
  readonly deps: ConsoleDeps;
  readonly actor: OperatorActor;
  /** The secret that their browser holds. */
  readonly session: string;
  readonly settings: Settings;
  readonly format: Format;
  readonly now: Date;
  /** The place in the feed of events up to which the page shows what happened. */
  readonly feed: string;
  /** The page's sentences in the operator's language. */
  readonly say: <Sentences>(catalogue: Catalogue<Sentences>) => Sentences;
};

/** Sentences in both languages; the second has to have each of the first's, or it does not compile. */
export type Catalogue<Sentences> = { readonly en: Sentences; readonly ru: Sentences };

/** The id in the path, or null for other text. */
export function idIn(c: Context, name = 'id'): number | null {
  const text = c.req.param(name) ?? '';
  return ID_TEXT.test(text) ? Number(text) : null;
}
