import type { Clock } from '../../../platform/clock.ts';
import { connectMicrosoft } from '../../../intake/microsoft/access/connecting.ts';
import type { MicrosoftEndpoints, SendsBy } from '../../../intake/microsoft/graph/endpoints.ts';
import { domainOf } from '../../../mail/headers/address-parts.ts';
import { parseAddresses } from '../../../mail/headers/addresses.ts';
import type { Catcher } from '../catcher.ts';
import type { GmailSide } from '../gmail-side.ts';
import type { Arriving } from '../letter.ts';
import { startTenant } from './simulated-tenant.ts';
import { CLIENT_ID, CLIENT_SECRET, TENANT } from './tenant-identity.ts';
import { headerOf } from './tenant-mailbox.ts';

type ConnectDeps = Parameters<typeof connectMicrosoft>[0];

export type MicrosoftSide = Pick<GmailSide, 'mails' | 'lines' | 'stop'> & {
  readonly endpoints: MicrosoftEndpoints;
  /** Takes a message in, as the Gmail account does. */
  readonly deliver: (raw: Buffer) => Promise<{ readonly id: string }>;
  readonly connect: (deps: ConnectDeps, mailboxId: number) => Promise<void>;
};

const LABELS: Readonly<Record<string, string>> = {
  inbox: 'Inbox',
  sentitems: 'Sent Items',
  drafts: 'Drafts',
};

/** A simulated tenant with the desk's mailbox in it, in place of the Gmail account; what is sent there is caught. */
export async function startMicrosoftSide(
  clock: Clock,
  { address, catcher }: { readonly address: string; readonly catcher: Pick<Catcher, 'keep'> },
): Promise<MicrosoftSide> {
  const tenant = await startTenant(address, {
    now: () => clock.now(),
    onSent(raw) {
      const recipients = ['to', 'cc'].flatMap((name) => parseAddresses(headerOf(raw, name)));
      void catcher.keep(
        Buffer.from(raw),
        recipients.map((each) => each.address),
      );
    },
  });
  return {
    endpoints: tenant.endpoints,
    deliver: async (raw) => ({ id: tenant.deliver(raw.toString('utf8'), clock.now()) }),
    connect: (deps, mailboxId) => connectToTenant(deps, mailboxId),
    mails: async () =>
      tenant.all().map(({ id, conversationId, folder, receivedAt, raw }) => ({
        id,
        threadId: conversationId,
        labels: [LABELS[folder] ?? folder],
        internalDate: receivedAt.getTime(),
        from: headerOf(raw, 'from'),
        subject: headerOf(raw, 'subject'),
      })),
    lines: () =>
      tenant.calls
        .slice(-20)
        .toReversed()
        .map(({ method, path, at }) => ({ at, level: 'log', text: `${method} ${decodeURIComponent(path)}` })),
    stop: tenant.stop,
  };
}

/** Connects a mailbox to a simulated tenant, reading and sending. */
export async function connectToTenant(
  deps: ConnectDeps,
  mailboxId: number,
  {
    secretEndsAt = null,
    sends = 'graph',
  }: { readonly secretEndsAt?: Date | null; readonly sends?: SendsBy } = {},
): Promise<void> {
  const app = { tenantId: TENANT, clientId: CLIENT_ID, secretEndsAt };
  const credentials = { kind: 'secret', secret: CLIENT_SECRET } as const;
  const connection = { ...app, mailboxId, credentials, readsJunk: false, sends } as const;
  await connectMicrosoft(deps, { kind: 'system' }, connection);
}

/** Adds the headers that Exchange Online adds on arrival; a forged email is one that another server than its domain's sent. */
export function asExchangeReceives(raw: Buffer, { from, forged, at }: Arriving): Buffer {
  const domain = domainOf(from);
  const host = forged ? 'somebody-else.example' : domain;
  const results = forged
    ? [
        'spf=pass (sender IP is 203.0.113.9)',
        ` smtp.mailfrom=${host}; dkim=none (message not signed)`,
        ` header.d=none;dmarc=fail action=none header.from=${domain};compauth=fail reason=001`,
      ]
    : [
        'spf=pass (sender IP is 192.0.2.1)',
        ` smtp.mailfrom=${host}; dkim=pass (signature was verified)`,
        ` header.d=${domain};dmarc=pass action=none header.from=${domain};compauth=pass reason=100`,
      ];
  const lines = [
    `Received: from mail.${host} by contoso.mail.protection.outlook.com; ${at.toUTCString()}`,
    `Authentication-Results: ${results.join('\r\n')}`,
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n`), raw]);
}
