import type { Context, Hono } from 'hono';
import { html } from 'hono/html';
import type { ReceiveDeps } from '../../../intake/filing/receive-batch.ts';
import type { AppEnv } from '../../../people/access/app-env.ts';
import type { Requester } from '../../../people/access/actor.ts';
import { requireOwnPage, sessionCookie } from '../../../people/callers/session-cookie.ts';
import { endRequesterSession, findRequester } from '../../../people/requesters/sign-in-requester.ts';
import type { OutboxDeps } from '../../../outbox/deps.ts';
import type { Problem } from '../../../platform/problems.ts';
import type { Assets } from '../assets/assets.ts';
import type { Language } from '../../../mail/language.ts';
import { type Format, formatFor } from '../parts/format.ts';
import { answering } from '../shell/pages.ts';
import { zoneTold } from '../shell/settings.ts';
import { refusalOf, type Speaker, speakerOf } from './frame.ts';

export type RequesterDeps = ReceiveDeps &
  Pick<OutboxDeps, 'publicUrl' | 'bucket' | 'scanner'> & { readonly assets: Assets };

/** One call of a page by a requester. */
export type OwnVisit = Speaker & {
  readonly deps: RequesterDeps;
  readonly requester: Requester;
  readonly format: Format;
};

type OwnHandler = (visit: OwnVisit) => Response | Promise<Response>;

/**
 * Registers pages that take a requester's session. Who has none is led to sign in, and nothing of a body is read. A change has to
 * come from a page of ours.
 */
export function ownPages(app: Hono<AppEnv>, deps: RequesterDeps) {
  const cookie = sessionCookie(deps.publicUrl, 'requester');
  const visitOf = async (c: Context<AppEnv>): Promise<OwnVisit | null> => {
    const session = cookie.read(c);
    const requester = session === undefined ? null : await findRequester(deps, session);
    if (requester === null) return null;
    const speaker = speakerOf(c, { assets: deps.assets, who: requester.name || requester.email });
    const format = formatOf(speaker.language, zoneTold(c), deps.clock.now());
    return { ...speaker, deps, requester, format };
  };
  app.post('/my/sign-out', async (c) => {
    requireOwnPage(c, deps);
    const session = cookie.read(c);
    if (session !== undefined) await endRequesterSession(deps, session);
    cookie.clear(c);
    return c.redirect('/my/sign-in', 303);
  });
  const answer = answering({
    publicUrl: deps.publicUrl,
    takesFiles: () => true,
    visitOf,
    signedOut: (c) => c.redirect('/my/sign-in', 303),
    refused,
  });
  return {
    get: (path: string, handler: OwnHandler) => void app.get(path, answer(handler)),
    post: (path: string, handler: OwnHandler) => void app.post(path, answer(handler)),
  };
}

export type OwnPages = ReturnType<typeof ownPages>;

function refused({ words, show }: OwnVisit, problem: Problem): Promise<Response> {
  if (problem.code === 'not_found')
    return show({ title: words.missing, content: html`<p>${words.missingHelp}</p>` }, problem);
  const content = html`<p role="alert">${refusalOf(words, problem)}</p>`;
  return show({ title: words.failed, content }, problem);
}

/** These pages run no script that could tell the server the browser's zone: unless the console has, they say which one it is. */
function formatOf(language: Language, zone: string | null, now: Date): Format {
  const format = formatFor(language, zone ?? 'UTC', now);
  return zone === null ? { ...format, time: (at) => html`${format.time(at)} UTC` } : format;
}
