import { afterEach } from 'vitest';
import type { Clock } from '../../src/platform/clock.ts';
import { createGmailAccount } from '../../src/apps/demo/gmail/account.ts';
import { createGoogle, SIMULATED_CLIENT } from '../../src/apps/demo/google/google.ts';
import { serveGmail } from '../../src/apps/demo/google/http-face.ts';
import type { HttpReply, HttpRequest } from '../../src/apps/demo/google/rest.ts';
import type { IntakeDeps } from '../../src/intake/deps.ts';
import { keepAccess } from '../../src/intake/gmail/google/access.ts';
import { googleAt } from '../../src/intake/gmail/google/endpoints.ts';
import { signIn } from '../../src/intake/gmail/google/sign-in.ts';
import { DESK } from './intake.ts';

/** The owner's browser: opens a page and goes wherever it is sent. */
export async function browse(url: string): Promise<string> {
  return (await fetch(url)).text();
}

/** All of Google in front of one account, on a loopback socket; gone after each test that started one. */
export function simulatedGoogles() {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });
  return async (clock: Clock, tick?: (scopes: readonly string[]) => readonly string[] | null) => {
    const account = createGmailAccount({ address: DESK, clock });
    for (const name of ['mailroom', 'mailroom/queue', 'mailroom/done', 'mailroom/failed'])
      account.labels.create(name);
    const google = createGoogle({ account, clock, ...(tick === undefined ? {} : { tick }) });
    const faults: { answer: ((request: HttpRequest) => HttpReply | undefined) | undefined } = {
      answer: undefined,
    };
    const face = await serveGmail((request) => faults.answer?.(request) ?? google.handle(request));
    closing.push(face.close);
    const endpoints = googleAt(face.url);
    return {
      account,
      google,
      endpoints,
      /** Answers in Google's place when it returns something. */
      faults,
      /** Signs in and stores the credentials, as `relay install` does. */
      async grant(deps: Pick<IntakeDeps, 'db' | 'clock' | 'keyring'>, mailboxId: number): Promise<void> {
        const { refreshToken } = await signIn({
          client: SIMULATED_CLIENT,
          endpoints,
          loginHint: DESK,
          onUrl: (url) => void browse(url),
        });
        const credentials = { client: SIMULATED_CLIENT, refreshToken };
        await keepAccess(deps, { mailboxId, account: DESK, credentials });
      },
    };
  };
}
