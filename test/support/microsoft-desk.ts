import { type Microsoft, openMicrosoft } from '../../src/intake/microsoft/access/open-microsoft.ts';
import { lookAtDue } from '../../src/intake/microsoft/fetching/look-due.ts';
import type { GraphLimits } from '../../src/intake/microsoft/sending/add-files.ts';
import { graphTransport } from '../../src/intake/microsoft/sending/graph-transport.ts';
import { createTransports } from '../../src/outbox/accounts/transports.ts';
import { deliverDue } from './deliver-due.ts';
import type { Db } from '../../src/platform/db/connect.ts';
import type { ParsePool } from '../../src/mail/reading/parse-pool.ts';
import { connectToTenant } from '../../src/apps/demo/microsoft/microsoft-side.ts';
import { startTenant } from '../../src/apps/demo/microsoft/simulated-tenant.ts';
import { testApp } from './app.ts';
import { DESK, mailOf, type MailParts, testMailbox } from './intake.ts';

export const SYSTEM = { kind: 'system' } as const;
export const MINUTE = 60_000;

/** Exchange's verdict on a sender whom it believes. */
export const exchangeMail = (parts: MailParts = {}): string =>
  mailOf({
    ...parts,
    results:
      'spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=customer.example; dkim=pass (signature was verified) ' +
      'header.d=customer.example;dmarc=pass action=none header.from=customer.example;compauth=pass reason=100',
  });

type DeskOptions = NonNullable<Parameters<typeof connectToTenant>[2]> & {
  readonly limits?: GraphLimits;
  readonly smtpUrl?: string;
};

/** Desks whose mailbox is in a simulated tenant; `end` takes the tenants down. */
export function microsoftDesks(db: Db, parsePool: ParsePool) {
  const ends: (() => Promise<void>)[] = [];
  async function desk({ limits, smtpUrl, ...connection }: DeskOptions = {}) {
    let now = (): Date => new Date();
    const tenant = await startTenant(DESK, {
      ...(smtpUrl === undefined ? {} : { smtpUrl }),
      now: () => now(),
      post: async (at, body) => {
        const answer = await made.app.request(at, { method: 'POST', body });
        return { status: answer.status, text: await answer.text() };
      },
    });
    ends.push(tenant.stop);
    const made = testApp(db, {
      parsePool,
      microsoft: {
        endpoints: tenant.endpoints,
        open: (mailboxId) => microsoft.open(mailboxId),
        smtpToken: (...asked) => microsoft.smtpToken(...asked),
      },
    });
    now = made.clock.now;
    const mailbox = await testMailbox(made.deps);
    await connectToTenant(made.deps, mailbox.id, connection);
    const microsoft: Microsoft = openMicrosoft(made.deps, tenant.endpoints);
    const transports = createTransports(made.deps, null, { openService: graphTransport(microsoft, limits) });
    const deps = { ...made.deps, microsoft, transports };
    /** Looks once, whenever the last look was. */
    const look = (): Promise<number> => {
      made.clock.advance(10 * MINUTE);
      return lookAtDue(deps);
    };
    const arrive = (parts: MailParts = {}, arrival = {}): string =>
      tenant.deliver(exchangeMail(parts), made.clock.now(), arrival);
    /** Sends what is due. */
    const send = (options = {}) => deliverDue(deps, options);
    return { ...made, deps, tenant, mailbox, look, arrive, send };
  }
  return {
    desk,
    end: async (): Promise<void> => {
      for (const end of ends.splice(0)) await end();
    },
  };
}
