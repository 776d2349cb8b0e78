import type { NodemailerError } from 'nodemailer';
import SMTPConnection, { type SMTPConnectionAuth } from 'nodemailer/lib/smtp-connection';
import XOAuth2 from 'nodemailer/lib/xoauth2';
import { guardedSocket } from './guarded-socket.ts';
import { readReply, smtpFault, wantsSignIn } from './smtp-faults.ts';
import { type SmtpFault } from './smtp.ts';
import type { SmtpLogin, SmtpServer } from './smtp-server.ts';

// The library names a sender only on the way to sending; these two are how it does so (the version is pinned).
type Dialog = {
  readonly _responseActions: ((line: string) => void)[];
  readonly _sendCommand: (command: string) => void;
};

/** Asks the server whether it accepts this address as sender, and resets; null if it does. */
export async function probeSender(
  server: SmtpServer,
  auth: SmtpLogin | null,
  sender: string,
): Promise<SmtpFault | null> {
  const connection = new SMTPConnection({
    ...server,
    socketTimeout: server.sessionTimeout,
    ...(await guardedSocket(server)),
  });
  try {
    return await new Promise<SmtpFault | null>((resolve) => {
      const fail = (error: unknown): void => resolve(smtpFault(error as NodemailerError));
      const ask = (): void => {
        const dialog = connection as unknown as Dialog;
        dialog._responseActions.push((line) => {
          const reply = readReply(line);
          resolve(
            reply.code === 250 ? null : { kind: wantsSignIn(reply.code) ? 'sign_in' : 'sender', reply },
          );
        });
        dialog._sendCommand(`MAIL FROM:<${sender}>`);
      };
      connection.once('error', fail);
      connection.once('end', () => fail(new Error('The server closed the connection')));
      connection.connect((error) => {
        if (error) fail(error);
        else if (auth === null) ask();
        else connection.login(signIn(auth), (refused) => (refused ? fail(refused) : ask()));
      });
    });
  } finally {
    connection.on('error', () => {});
    connection.close();
  }
}

function signIn(auth: SmtpLogin): SMTPConnectionAuth {
  if ('pass' in auth) return { credentials: auth };
  return { type: 'OAuth2', user: auth.user, oauth2: new XOAuth2(auth), method: 'XOAUTH2' };
}
