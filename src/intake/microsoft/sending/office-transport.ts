import type { SmtpReply } from '../../../outbox/smtp/smtp.ts';
import { type MailTransport, smtpTransport } from '../../../outbox/smtp/transport.ts';
import type { Microsoft } from '../access/open-microsoft.ts';

/**
 * Sends by Exchange Online's SMTP server, signed in with a token of the app (XOAUTH2) in place of a password, which Microsoft
 * takes no longer. Nothing of a message can be asked about afterwards there, as with any SMTP server.
 */
export function officeTransport(
  microsoft: Microsoft,
  { mailboxId, account }: { readonly mailboxId: number; readonly account: string },
): MailTransport {
  const url = new URL(microsoft.endpoints.smtpUrl);
  url.username = encodeURIComponent(account.slice(0, account.lastIndexOf('@')));
  let wasRefused = false;
  const transport = smtpTransport({
    url: url.href,
    async accessToken() {
      const renew = wasRefused;
      wasRefused = false;
      return microsoft.smtpToken(mailboxId, renew);
    },
  });
  return {
    ...transport,
    account,
    async send(...given) {
      const result = await transport.send(...given);
      // Exchange refuses a token without a word of why: the next sign-in is with a new one.
      if (result.kind === 'account_failed') wasRefused = isRefused(result.reply);
      return result;
    },
    async verify(sender) {
      const fault = await transport.verify(sender);
      if (fault === null || !isRefused(fault.reply)) return fault;
      wasRefused = true;
      return transport.verify(sender);
    },
  };
}

function isRefused({ code }: SmtpReply): boolean {
  return code === 535;
}
