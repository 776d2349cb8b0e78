/** What an account is called, without its password: user and host. */
export function accountName(smtpUrl: string): string {
  const url = new URL(smtpUrl);
  const user = decodeURIComponent(url.username);
  return `${user === '' ? '' : `${user}@`}${url.host}`;
}

/** What stands for a host in the name of an account that is no SMTP account: the mailbox's own, through Microsoft Graph. */
export const GRAPH_HOST = 'graph.microsoft.com';

/** An account as people are told of it. */
export function shownAccount(account: string): string {
  return account.endsWith(`@${GRAPH_HOST}`)
    ? `Microsoft Graph (${account.slice(0, -GRAPH_HOST.length - 1)})`
    : account;
}
