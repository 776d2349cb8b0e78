import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { guardedSocket } from './guarded-socket.ts';
import type { SmtpServer } from './smtp-server.ts';

// The library knows what a server offers only after a message has gone (the version is pinned).
type Offers = { readonly _supportedExtensions: readonly string[] };

/**
 * Asks the server whether it takes addresses with letters beyond ASCII (SMTPUTF8), before the first one is named to it.
 * Rejects when the signal is aborted: a server that greets and then hangs would be waited for ten minutes.
 */
export async function offersUnicode(server: SmtpServer, signal: AbortSignal): Promise<boolean> {
  signal.throwIfAborted();
  const connection = new SMTPConnection({ ...server, ...(await guardedSocket(server, signal)) });
  const end = (): void => connection.close();
  signal.addEventListener('abort', end);
  try {
    return await new Promise<boolean>((resolve, reject) => {
      connection.once('error', reject);
      connection.once('end', () => reject(new Error('The server closed the connection')));
      connection.connect((error) => {
        if (error) reject(error);
        else resolve((connection as unknown as Offers)._supportedExtensions.includes('SMTPUTF8'));
      });
    });
  } finally {
    signal.removeEventListener('abort', end);
    connection.on('error', () => {});
    connection.close();
  }
}
