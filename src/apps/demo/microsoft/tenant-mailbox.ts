import { randomUUID } from 'node:crypto';

export type Stored = {
  readonly id: string;
  readonly conversationId: string;
  receivedAt: Date;
  raw: string;
  folder: string;
  changed: number;
  corrupt: boolean;
};

export type TenantMailbox = ReturnType<typeof createTenantMailbox>;

/** A mailbox as Exchange keeps one: folders, messages with an id for life, conversations that it finds by cited ids. */
export function createTenantMailbox(now: () => Date) {
  const messages: Stored[] = [];
  let changes = 0;

  const find = (id: string): Stored | undefined => messages.find((each) => each.id === id);
  const change = (id: string, changed: Partial<Omit<Stored, 'id' | 'conversationId'>>): void => {
    const message = find(id);
    if (message !== undefined) Object.assign(message, changed, { changed: ++changes });
  };
  const conversationOf = (raw: string): string => {
    const cites = `${headerOf(raw, 'in-reply-to')} ${headerOf(raw, 'references')}`;
    const cited: readonly string[] = cites.match(/<[^>]+>/g) ?? [];
    const earlier = messages.find((each) => cited.includes(headerOf(each.raw, 'message-id')));
    return earlier?.conversationId ?? randomUUID();
  };

  return {
    messages: messages as readonly Stored[],
    changes: () => changes,
    find,
    change,
    /** A message comes in, or somebody sends one in Outlook (`sentitems`). */
    deliver(
      raw: string,
      receivedAt: Date,
      arrival: { readonly folder?: string; readonly conversationId?: string } = {},
    ): string {
      const id = `AAkALg=${messages.length}/${randomUUID()}`;
      const { folder = 'inbox', conversationId = conversationOf(raw) } = arrival;
      messages.push({ id, raw, receivedAt, folder, conversationId, changed: ++changes, corrupt: false });
      return id;
    },
    /** Puts a draft into Sent Items; with `rewritten` under another Message-ID, as consumer accounts do. */
    send(id: string, rewritten: boolean): Stored | undefined {
      const message = find(id);
      if (message === undefined) return undefined;
      const raw = rewritten
        ? message.raw.replace(/^Message-ID: .*$/im, `Message-ID: <${randomUUID()}@PROD.OUTLOOK.COM>`)
        : message.raw;
      change(id, { raw, folder: 'sentitems', receivedAt: now() });
      return message;
    },
    delete(id: string): void {
      const at = messages.findIndex((each) => each.id === id);
      if (at >= 0) messages.splice(at, 1);
    },
  };
}

/** A header's value as it stands, unfolded; '' without one. */
export function headerOf(raw: string, name: string): string {
  return headersOf(raw).find((each) => each.name.toLowerCase() === name)?.value ?? '';
}

export function headersOf(raw: string): { readonly name: string; readonly value: string }[] {
  const head = (raw.split('\r\n\r\n')[0] ?? '').replaceAll(/\r\n[ \t]+/g, ' ');
  return head.split('\r\n').flatMap((line) => {
    const [, name, value] = /^([\w-]+): (.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [{ name, value }];
  });
}
