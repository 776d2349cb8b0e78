import type { SendsBy } from '../graph/endpoints.ts';

/** A PowerShell script for Exchange Online that lets the app into this one mailbox and into no other. */
export function narrowingScript({
  address,
  clientId,
  sends,
}: {
  readonly address: string;
  readonly clientId: string;
  readonly sends: SendsBy;
}): string {
  const scope = `Mailroom ${address}`;
  const roles =
    sends === 'graph' ? ['Application Mail.ReadWrite', 'Application Mail.Send'] : ['Application Mail.Read'];
  const smtp = [
    '# The app needs the application permission SMTP.SendAsApp of Office 365 Exchange Online, with admin consent.',
    `Add-MailboxPermission -Identity ${quoted(address)} -User OBJECT_ID -AccessRights FullAccess`,
    `Set-CASMailbox -Identity ${quoted(address)} -SmtpClientAuthenticationDisabled $false`,
  ];
  return `${[
    'Connect-ExchangeOnline',
    `# OBJECT_ID: the Object ID of the app under Enterprise applications, not the one of its registration.`,
    `New-ServicePrincipal -AppId ${clientId} -ObjectId OBJECT_ID -DisplayName Mailroom`,
    `New-ManagementScope -Name ${quoted(scope)} -RecipientRestrictionFilter ${quoted(`PrimarySmtpAddress -eq ${quoted(address)}`)}`,
    ...roles.map(
      (role) =>
        `New-ManagementRoleAssignment -App ${clientId} -Role ${quoted(role)} -CustomResourceScope ${quoted(scope)}`,
    ),
    ...(sends === 'smtp' ? smtp : []),
    `Test-ServicePrincipalAuthorization -Identity ${clientId} -Resource ${quoted(address)}`,
  ].join('\n')}\n`;
}

// In single quotes PowerShell expands nothing; a quote inside is doubled.
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
