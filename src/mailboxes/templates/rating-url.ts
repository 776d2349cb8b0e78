/**
 * What a closing notice says in place of its rating link until it is sent: the link itself is in the email alone, so that
 * nobody who reads the notice at the desk can vote. `.invalid` leads nowhere (RFC 2606).
 */
export const RATING_URL = 'https://rating.invalid/only-in-the-email';
