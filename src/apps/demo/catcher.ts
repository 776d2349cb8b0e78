import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { Clock } from '../../platform/clock.ts';
import { parseMail } from '../../mail/reading/parse-mail.ts';
import type { DemoMail } from './demo-mail.ts';

export type Catcher = {
  /** For SMTP_URL. */
  readonly url: string;
  /** Every caught email, oldest first. */
  readonly mails: () => readonly DemoMail[];
  /** Takes an email that came another way. */
  readonly keep: (raw: Buffer, recipients: readonly string[]) => Promise<void>;
  readonly stop: () => Promise<void>;
};

const MAX_MAILS_KEPT = 1000;
const MAX_BYTES = 60_000_000;

/** An SMTP server on loopback that takes every email, keeps it in memory and passes nothing on. */
export async function startCatcher({ clock }: { readonly clock: Clock }): Promise<Catcher> {
  const mails: DemoMail[] = [];
  let count = 0;

  async function keep(raw: Buffer, recipients: readonly string[]): Promise<void> {
    const mail = await parseMail(raw);
    count += 1;
    mails.push({
      id: `caught-${count}`,
      at: clock.now(),
      raw,
      mail,
      owners: recipients.map((address) => address.toLowerCase()),
      written: null,
    });
    if (mails.length > MAX_MAILS_KEPT) mails.shift();
  }

  /** The fault reported to the sender, or null when the email is kept. */
  async function take(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<Error | null> {
    try {
      const raw = await buffer(stream);
      if (stream.sizeExceeded) return Object.assign(new Error('5.3.4 Too large'), { responseCode: 552 });
      await keep(
        raw,
        session.envelope.rcptTo.map(({ address }) => address),
      );
      return null;
    } catch (error) {
      return error as Error;
    }
  }

  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    size: MAX_BYTES,
    closeTimeout: 100,
    async onData(stream, session, callback) {
      callback(await take(stream, session));
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  // A sender that hangs up half-way gets its mail back into its own queue; the catcher has nothing to add.
  server.on('error', () => {});

  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    mails: () => mails,
    keep,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
