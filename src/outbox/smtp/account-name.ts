/** What an account is called, without its password: user and host. */
export function accountName(smtpUrl: string): string {
  const url = new URL(smtpUrl);
  const user = decodeURIComponent(url.username);
  return `${user === '' ? '' : `${user}@`}${url.host}`;
}
