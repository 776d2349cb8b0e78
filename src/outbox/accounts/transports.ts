import type { Db } from '../../platform/db/connect.ts';
import type { Log } from '../../platform/log.ts';
import type { Keyring } from '../../platform/keyring.ts';
import { type MailTransport, brokenTransport, smtpTransport } from '../smtp/transport.ts';
import { INTERNAL_ADDRESSES } from '../../platform/net/internal-addresses.ts';
import type { SmtpSettings } from '../smtp/smtp-server.ts';
import { type TransportKind, type TransportRow, listTransportRows } from './transport-queries.ts';

/** The mailboxes an account sends for: those that have it, or every one without its own. */
export type Served = { readonly only: readonly number[] } | { readonly except: readonly number[] };

export type SmtpAccount = {
  /** Tells accounts of one process apart, whatever their user names. */
  readonly key: string;
  readonly transport: MailTransport;
  /** Recipients it may address in a rolling 24 h; null for no limit of our own. */
  readonly dailyLimit: number | null;
  /** Messages it may send in a minute. Defaults to no limit of our own. */
  readonly minuteLimit?: number | null;
  readonly serves: Served;
  /** The version of the stored accounts this was read from; absent: it is read again for each claim. */
  readonly asOf?: string;
};

/**
 * Says which SMTP account sends for which mailbox. Read again each time, so that a change applies to every process at
 * once.
 */
export type Transports = {
  readonly list: () => Promise<readonly SmtpAccount[]>;
  /** The account a mailbox sends by. Without one (null) its deliveries wait, paused as `no_transport`. */
  readonly for: (mailboxId: number) => Promise<SmtpAccount | null>;
  readonly close: () => void;
};

export type MainAccount = SmtpSettings & { readonly dailyLimit: number | null };

/** Sends for a mailbox by the service that it is read from. Made by the room that knows the service. */
export type OpenService = (mailbox: {
  readonly kind: Exclude<TransportKind, 'smtp'>;
  readonly mailboxId: number;
  readonly account: string;
}) => MailTransport;

/** Limits on mailboxes' own accounts (the account of the environment is chosen by the operator of the server), and what all say. */
export type AccountRules = {
  /** The desk's own, by whose host it introduces itself. */
  readonly publicUrl?: string | null | undefined;
  /** They connect to no internal address. */
  readonly publicOnly?: boolean | undefined;
  readonly openService?: OpenService;
};

/** The desk's accounts: the one of the environment (null without SMTP_URL) and those that mailboxes have of their own. */
export function createTransports(
  deps: { readonly db: Db; readonly keyring: Keyring; readonly log: Log },
  main: MainAccount | null,
  rules: AccountRules = {},
): Transports {
  const mainTransport = main === null ? null : smtpTransport({ ...main, publicUrl: rules.publicUrl });
  const open = new Map<string, { readonly sealed: string | null; readonly transport: MailTransport }>();

  const transportOf = ({ mailboxId, kind, account, sealed }: TransportRow): MailTransport => {
    const known = open.get(account);
    if (known?.sealed === sealed) return known.transport;
    known?.transport.close();
    const transport =
      sealed === null && kind !== 'smtp'
        ? (rules.openService?.({ kind, mailboxId, account }) ??
          brokenTransport(account, 'Not sent by this process'))
        : openTransport({ ...deps, ...rules }, account, sealed ?? '');
    open.set(account, { sealed, transport });
    return transport;
  };

  // A removed account would keep its connections, signed in, as long as the process lives.
  const closeAllBut = (kept: ReadonlyMap<string, Rows>): void => {
    for (const [account, { transport }] of open) {
      if (kept.has(account)) continue;
      transport.close();
      open.delete(account);
    }
  };

  const list = async (): Promise<SmtpAccount[]> => {
    const { rows, asOf } = await listTransportRows(deps.db);
    const accounts = byAccount(rows);
    closeAllBut(accounts);
    const own = [...accounts].map(([account, [first, ...rest]]) => ({
      key: `own ${account}`,
      transport: transportOf(first),
      dailyLimit: first.dailyLimit,
      minuteLimit: first.minuteLimit,
      serves: { only: [first, ...rest].map(({ mailboxId }) => mailboxId) },
      asOf,
    }));
    if (main === null || mainTransport === null) return own;
    const except = rows.map(({ mailboxId }) => mailboxId);
    return [
      { key: 'main', transport: mainTransport, dailyLimit: main.dailyLimit, serves: { except }, asOf },
      ...own,
    ];
  };

  return {
    list,
    for: async (mailboxId) => accountFor(await list(), mailboxId),
    close() {
      mainTransport?.close();
      for (const { transport } of open.values()) transport.close();
    },
  };
}

/** The one of these accounts that sends for a mailbox, or null. */
export function accountFor(accounts: readonly SmtpAccount[], mailboxId: number): SmtpAccount | null {
  const serves = (served: Served): boolean =>
    'only' in served ? served.only.includes(mailboxId) : !served.except.includes(mailboxId);
  return accounts.find((account) => serves(account.serves)) ?? null;
}

type Rows = readonly [TransportRow, ...TransportRow[]];

// Mailboxes that name the same account share its connections; the credentials set last apply.
function byAccount(rows: readonly TransportRow[]): ReadonlyMap<string, Rows> {
  const accounts = new Map<string, Rows>();
  for (const row of rows) {
    const earlier = accounts.get(row.account);
    accounts.set(row.account, earlier === undefined ? [row] : [...earlier, row]);
  }
  return accounts;
}

function openTransport(
  deps: { readonly keyring: Keyring; readonly log: Log } & AccountRules,
  account: string,
  sealed: string,
): MailTransport {
  try {
    const settings = JSON.parse(deps.keyring.open(sealed)) as SmtpSettings;
    const forbids = deps.publicOnly === true ? INTERNAL_ADDRESSES : undefined;
    return smtpTransport({ ...settings, forbids, publicUrl: deps.publicUrl });
  } catch (error) {
    deps.log.error({ account, error }, 'stored SMTP credentials cannot be opened; their mailboxes wait');
    return brokenTransport(
      account,
      'The stored SMTP credentials cannot be opened: the APP_SECRET that sealed them is missing',
    );
  }
}
