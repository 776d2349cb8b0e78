import { domainOf, localPartOf } from '../../../mail/headers/address-parts.ts';

/** A stored message: labels belong to it alone, not to its thread. */
export type GmailMessage = {
  readonly id: string;
  readonly threadId: string;
  readonly labelIds: Set<string>;
  readonly internalDate: number;
  readonly raw: Buffer;
  readonly headers: readonly (readonly [name: string, value: string])[];
};

/** The header block of a raw mail, unfolded, in its order and spelling. */
export function readHeaders(raw: Buffer): [name: string, value: string][] {
  const crlf = raw.indexOf('\r\n\r\n');
  const lf = raw.indexOf('\n\n');
  const ends = [crlf, lf].filter((at) => at >= 0);
  const block = raw.subarray(0, ends.length > 0 ? Math.min(...ends) : raw.length).toString('utf8');
  const headers: [string, string][] = [];
  for (const line of block.split(/\r?\n/)) {
    const last = headers.at(-1);
    const field = /^([!-9;-~]+):[ \t]*(.*)$/.exec(line);
    if (/^[ \t]/.test(line) && last) last[1] += ` ${line.trim()}`;
    else if (field) headers.push([field[1] ?? '', field[2] ?? '']);
  }
  return headers;
}

export function headerOf(message: Pick<GmailMessage, 'headers'>, name: string): string {
  return message.headers.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1] ?? '';
}

/** Ids in angle brackets, as References and In-Reply-To hold them. */
export function idsIn(value: string): string[] {
  return value.match(/<[^<>\s]+>/g) ?? [];
}

/** The subject as Gmail compares it: without reply and forward prefixes. */
export function bareSubject(subject: string): string {
  return subject
    .replace(/^(\s*(re|fw|fwd|aw|sv)\s*(\[\d+\])?:\s*)+/i, '')
    .trim()
    .toLowerCase();
}

/** Whether one of the addresses in a header is this one, with or without a plus part. */
export function isAddressedTo(value: string, address: string): boolean {
  const [local, domain] = [localPartOf(address), domainOf(address)].map((part) =>
    RegExp.escape(part.toLowerCase()),
  );
  return new RegExp(`(^|[<\\s,;])${local}(\\+[^@\\s<>,;]*)?@${domain}($|[>\\s,;])`).test(value.toLowerCase());
}
