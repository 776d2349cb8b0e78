import { headerValue, headerValues } from '../headers/header-values.ts';
import type { ParsedMail } from '../parsed-mail.ts';

/** Tells whether the list headers come from the Google Group in front of the mailbox: it puts them on every email, people's too. */
export function isOwnGroup(
  mail: ParsedMail,
  context: {
    readonly mailboxAddress: string;
    readonly groupAddresses?: readonly string[];
    readonly ownDomain?: string;
  },
): boolean {
  const groups = [context.mailboxAddress, ...(context.groupAddresses ?? [])].map((address) =>
    address.trim().toLowerCase(),
  );
  const ids = headerValues(mail, 'list-id').map(listId);
  // Lists nest: a post that came to the group through another list is that list's.
  if (ids.length > 1) return false;
  const posts = headerValues(mail, 'list-post')
    .concat(headerValues(mail, 'mailing-list'))
    .join(' ')
    .slice(0, 2000)
    .toLowerCase();
  if (groups.some((group) => ids[0] === group.replace('@', '.') || namesAddress(posts, group))) return true;
  const domain = context.ownDomain?.toLowerCase();
  return (
    domain !== undefined &&
    headerValue(mail, 'x-google-group-id') !== null &&
    (ids[0]?.endsWith(`.${domain}`) ?? false)
  );
}

/** Tells whether an email's list headers name an address: then the list itself writes under it. */
export function isListAddress(mail: ParsedMail, address: string): boolean {
  const posts = [...headerValues(mail, 'list-post'), ...headerValues(mail, 'mailing-list')].join(' ');
  return (
    headerValues(mail, 'list-id').some((value) => listId(value) === address.replace('@', '.')) ||
    namesAddress(posts.slice(0, 2000).toLowerCase(), address)
  );
}

function listId(value: string): string {
  return (/<([^<>]{1,250})>\s*$/.exec(value.slice(-300))?.[1] ?? value).trim().toLowerCase();
}

function namesAddress(text: string, address: string): boolean {
  return text.split(/[\s<>;,]+/).some((word) => word.replace(/^mailto:/, '') === address);
}
