import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';

export type ReceivedMail = {
  readonly from: string;
  /** The envelope's recipients, not the header's. */
  readonly to: readonly string[];
  readonly raw: Buffer;
  /** Unfolded header values by lower-cased name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly internetMessageId: string;
  /** Counts connections: two mails with one number came over the same one. */
  readonly connection: number;
};

export type Refusal = { readonly code: number; readonly text: string };

export type SmtpBehaviour = {
  /** Refuses at a stage; a function decides by address (`rcpt`, `mail`) or by mail (`data`). */
  readonly connect?: Refusal;
  readonly auth?: Refusal;
  readonly mail?: Refusal | ((address: string) => Refusal | null);
  readonly rcpt?: Refusal | ((address: string) => Refusal | null);
  readonly data?: Refusal | ((mail: ReceivedMail) => Refusal | null);
  /** Refuses each recipient's first try with 451. */
  readonly greylist?: boolean;
  /** `hang`: the mail is read and never answered; `drop_before_250`: kept, connection cut unanswered; `drop_after_250`. */
  readonly afterData?: 'hang' | 'drop_before_250' | 'drop_after_250';
  /** How long the mail is kept before 250. */
  readonly delayMs?: () => number;
};

export type SmtpListener = {
  readonly url: string;
  readonly port: number;
  /** Every mail that was received whole, those of a dropped or hanging connection included. */
  readonly mails: ReceivedMail[];
  /** Connections opened so far. */
  readonly connections: () => number;
  /** How often somebody tried to sign in. */
  readonly signIns: () => number;
  readonly setBehaviour: (behaviour: SmtpBehaviour) => void;
  /** Resolves when this many mails are there. */
  readonly received: (count: number) => Promise<void>;
  readonly stop: () => Promise<void>;
};

export type SmtpListenerOptions = {
  /** Where it listens; on loopback alone unless told. */
  readonly host?: string;
  /** A port to come back on after `stop`; any free one unless told. */
  readonly port?: number;
  /** From the first byte (`smtps`), or after STARTTLS; with a certificate that nobody signed. */
  readonly tls?: 'smtps' | 'starttls';
  /** Turns further connections away with 421. */
  readonly maxClients?: number;
  /** Leaves out SMTPUTF8. */
  readonly asciiOnly?: boolean;
  /** Offers this SIZE. */
  readonly maxSize?: number;
  /** Demands this sign-in. */
  readonly user?: string;
  readonly password?: string;
  /** Takes XOAUTH2 with this access token instead of a password. */
  readonly accessToken?: string | ((token: string) => boolean);
  readonly behaviour?: SmtpBehaviour;
};

/** A real SMTP server on loopback that keeps what it is sent and misbehaves on command. */
export async function startSmtpListener(options: SmtpListenerOptions = {}): Promise<SmtpListener> {
  const mails: ReceivedMail[] = [];
  const greylisted = new Set<string>();
  const numbers = new Map<string, number>();
  const waiters = new Set<() => void>();
  let behaviour = options.behaviour ?? {};
  let signIns = 0;

  const isToken = (token: string): boolean =>
    typeof options.accessToken === 'function' ? options.accessToken(token) : token === options.accessToken;
  const server = new SMTPServer({
    secure: options.tls === 'smtps',
    disabledCommands: options.tls === 'starttls' ? [] : ['STARTTLS'],
    ...(options.maxSize === undefined ? {} : { size: options.maxSize }),
    hideSMTPUTF8: options.asciiOnly ?? false,
    authOptional: options.user === undefined,
    ...(options.accessToken === undefined ? {} : { authMethods: ['XOAUTH2'] }),
    allowInsecureAuth: true,
    disableReverseLookup: true,
    closeTimeout: 1,
    ...(options.maxClients === undefined ? {} : { maxClients: options.maxClients }),
    onConnect(session, callback) {
      numbers.set(session.id, numbers.size + 1);
      callback(failure(behaviour.connect));
    },
    onAuth(auth, _session, callback) {
      signIns++;
      if (behaviour.auth !== undefined) return callback(failure(behaviour.auth));
      const right =
        auth.username === options.user &&
        (auth.method === 'XOAUTH2' ? isToken(auth.accessToken ?? '') : auth.password === options.password);
      return right ? callback(null, { user: auth.username }) : callback(new Error('Invalid login'));
    },
    onMailFrom(address, _session, callback) {
      const { mail } = behaviour;
      callback(failure(typeof mail === 'function' ? mail(address.address) : mail));
    },
    onRcptTo({ address }, _session, callback) {
      const { rcpt, greylist } = behaviour;
      if (greylist === true && !greylisted.has(address)) {
        greylisted.add(address);
        return callback(failure({ code: 451, text: '4.7.1 Greylisted, try again in a minute' }));
      }
      return callback(failure(typeof rcpt === 'function' ? rcpt(address) : rcpt));
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const mail = readMail(Buffer.concat(chunks), session, numbers.get(session.id) ?? 0);
        const refusal = typeof behaviour.data === 'function' ? behaviour.data(mail) : behaviour.data;
        if (refusal) return callback(failure(refusal));
        mails.push(mail);
        for (const wake of waiters) wake();
        const socket = socketOf(server, session);
        if (behaviour.afterData === 'hang') return;
        if (behaviour.afterData === 'drop_before_250') return void socket?.destroy();
        if (behaviour.delayMs !== undefined) setTimeout(callback, behaviour.delayMs());
        else callback();
        if (behaviour.afterData === 'drop_after_250') socket?.end();
      });
    },
  });
  // A client that hangs up in the middle is what some tests are about.
  server.on('error', () => {});
  await new Promise<void>((resolve, reject) => {
    server.once('error' as 'close', reject as () => void);
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
  });
  const { port } = server.server.address() as AddressInfo;
  const login = options.user === undefined ? '' : `${options.user}:${options.password ?? ''}@`;

  return {
    url: `${options.tls === 'smtps' ? 'smtps' : 'smtp'}://${login}127.0.0.1:${port}`,
    port,
    mails,
    connections: () => numbers.size,
    signIns: () => signIns,
    setBehaviour: (next) => void (behaviour = next),
    async received(count) {
      while (mails.length < count) {
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            waiters.delete(wake);
            resolve();
          };
          waiters.add(wake);
        });
      }
    },
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

function failure(refusal: Refusal | null | undefined): Error | null {
  if (refusal === null || refusal === undefined) return null;
  return Object.assign(new Error(refusal.text), { responseCode: refusal.code });
}

function readMail(raw: Buffer, session: SMTPServerSession, connection: number): ReceivedMail {
  const text = raw.toString('latin1');
  const block = text.slice(0, Math.max(0, text.indexOf('\r\n\r\n'))).replace(/\r\n(?=[ \t])/g, '');
  const headers: Record<string, string> = {};
  for (const line of block.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const { mailFrom, rcptTo } = session.envelope;
  return {
    from: mailFrom === false ? '' : mailFrom.address,
    to: rcptTo.map(({ address }) => address),
    raw,
    headers,
    internetMessageId: headers['message-id'] ?? '',
    connection,
  };
}

function socketOf(server: SMTPServer, session: SMTPServerSession): Socket | undefined {
  for (const connection of server.connections as Set<{ session: SMTPServerSession; _socket: Socket }>) {
    if (connection.session === session || connection.session.id === session.id) return connection._socket;
  }
  return undefined;
}
