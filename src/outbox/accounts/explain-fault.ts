import { domainOf } from '../../mail/headers/address-parts.ts';
import { wantsSignIn } from '../smtp/smtp-faults.ts';
import { type SmtpFault } from '../smtp/smtp.ts';

/** What is wrong with an account in plain words, and what to do about it. */
export function explainFault(fault: SmtpFault, account: string, sender: string): string {
  const host = domainOf(account);
  const isGoogle = /(^|\.)(gmail|googlemail|google)\.com(:|$)/i.test(host);
  const isMicrosoft = /(^|\.)(office365|outlook)\.com(:|$)/i.test(host);
  switch (fault.kind) {
    case 'dns':
      return `The name ${host} leads nowhere: check its spelling, and this machine's DNS.`;
    case 'internal_address':
      return `${host}, or where its OAuth tokens are, is an address of this machine or of a network behind it: SMTP_PUBLIC_ONLY keeps mailboxes' own accounts from connecting there.`;
    case 'refused':
      return `Nothing answers at ${host}: check host and port (465 for smtps://, 587 for smtp://) and whether a firewall lets it through.`;
    case 'timeout':
      return `${host} does not answer in time: many networks block outgoing SMTP; try port 465 or 587, or ask who runs the network.`;
    case 'tls':
      return tlsWords(fault, host);
    case 'sign_in':
      if (isMicrosoft) return MICROSOFT_WORDS;
      if (wantsSignIn(fault.reply.code))
        return `${host} takes mail only after a sign-in: put user name and password into the address (smtps://user%40example.com:password@${host}).`;
      return isGoogle
        ? 'Google refuses the password. It takes no account password: turn on 2-step verification and make an app password ' +
            '(myaccount.google.com/apppasswords), or sign in by OAuth.'
        : `${host} refuses user name or password. In SMTP_URL an @ in the user name is written %40, and so on for other special characters.`;
    case 'oauth':
      if (isMicrosoft) return MICROSOFT_WORDS;
      return (
        'The OAuth sign-in is refused: client id, client secret and refresh token must belong together, the token must carry ' +
        'the scope https://mail.google.com/ and not be revoked or expired (tokens of an app in testing last seven days).'
      );
    case 'sender':
      return `${account} may not send as ${sender}: use the account of that address, or add it there as a sender address.`;
    case 'turned_away':
      return `${host} refuses connections for now; its answer is below.`;
    case 'other':
      return `${host} cannot be used: see the reason below.`;
  }
}

const MICROSOFT_WORDS =
  'Microsoft refuses the sign-in. It takes no password any more, only a token of an app: connect the mailbox to Microsoft 365, and ' +
  'have its answers leave through Microsoft Graph or by SMTP with a token. For the token the app needs SMTP.SendAsApp with admin ' +
  'consent, New-ServicePrincipal and Add-MailboxPermission for this mailbox, and SMTP AUTH has to be on for the mailbox and the tenant.';

function tlsWords(fault: SmtpFault, host: string): string {
  const { text } = fault.reply;
  if (/wrong version number|packet length|SSL routines/i.test(text)) {
    return `${host} speaks no TLS from the first byte on this port: smtps:// is for port 465, smtp:// (STARTTLS) for 587.`;
  }
  if (/self.signed|unable to verify|CERT|altnames|expired/i.test(text)) {
    return `The certificate of ${host} is not valid (expired, for another name, or from an unknown issuer), so no password was sent.`;
  }
  return `${host} offers no encryption, and without it neither passwords nor email are sent: use a port with TLS.`;
}
