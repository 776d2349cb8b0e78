import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SmtpServer } from './transport.ts';

// The library tells what a server offers only after a mail has gone (the version is pinned).
type Offers = { readonly _supportedExtensions: readonly string[] };

/** Asks the server whether it takes addresses with letters beyond ASCII (SMTPUTF8), before the first one is named to it. */
export async function offersUnicode(server: SmtpServer): Promise<boolean> {
  const connection = new SMTPConnection(server);
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
    connection.on('error', () => {});
    connection.close();
  }
}
