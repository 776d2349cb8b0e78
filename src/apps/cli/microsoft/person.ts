import { setTimeout as pause } from 'node:timers/promises';
import {
  beginSignIn,
  type SignInApp,
  type PersonDeps,
  signInCallback,
} from '../../../intake/microsoft/delegated/begin-sign-in.ts';
import { findBegunSignIn } from '../../../intake/microsoft/delegated/find-sign-in.ts';
import { pollSignIns } from '../../../intake/microsoft/delegated/poll-sign-ins.ts';
import { Problem } from '../../../platform/problems.ts';
import type { Desk, Printed } from '../command.ts';

const SYSTEM = { kind: 'system' } as const;
const LOOK_MS = 1000;

type Given = {
  readonly mailbox: { readonly id: number; readonly address: string };
  readonly app: SignInApp;
};

/** Connects a mailbox in the name of whoever enters the code that is told here; waits until they have. */
export async function connectByCode(desk: Desk, { mailbox, app }: Given): Promise<Printed> {
  const deps: PersonDeps = desk;
  const mailboxId = mailbox.id;
  await beginSignIn(deps, SYSTEM, { mailboxId, way: 'device', app });
  for (let told = false; ;) {
    const signIn = await findBegunSignIn(deps, SYSTEM, { mailboxId });
    // Finished by a running server or below: either way it is gone.
    if (signIn === null) break;
    if (signIn.fault !== null) throw new Problem('wrong_state', signIn.fault);
    if (!told)
      desk.tell(
        `Open ${signIn.verificationUrl}, enter ${signIn.userCode} and sign in as ${mailbox.address}. Waiting until ${signIn.expiresAt.toISOString()}.`,
      );
    told = true;
    await pause(LOOK_MS);
    await pollSignIns(deps);
  }
  return {
    text: `${mailbox.address} is fetched from Microsoft 365. See whether it can be: npx mailroom microsoft check --mailbox ${mailbox.address}\n`,
    json: { mailbox: mailbox.address, kind: 'delegated' },
  };
}

/** Leads to the console, where somebody signs in: what the browser brings back counts only in the session that asked. */
export async function connectInBrowser(desk: Desk, { mailbox, app }: Given): Promise<Printed> {
  await beginSignIn(desk, SYSTEM, { mailboxId: mailbox.id, way: 'browser', app });
  const url = `${desk.publicUrl}/settings/mailboxes/${mailbox.id}/microsoft`;
  desk.openPage?.(url);
  return {
    text: `Enter ${signInCallback(desk)} as a redirect URI of the app, then go on at ${url}\n`,
    json: {
      mailbox: mailbox.address,
      kind: 'delegated',
      state: 'pending',
      url,
      callbackUrl: signInCallback(desk),
    },
  };
}
