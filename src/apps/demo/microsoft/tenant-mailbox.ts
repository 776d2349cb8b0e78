import { randomUUID } from 'node:crypto';

/** A file added to a draft after it was stored. */
export type AddedFile = {
  readonly name: string;
  readonly contentType: string;
  readonly isInline: boolean;
  readonly contentId: string | null;
  readonly content: Buffer;
};

export type Stored = {
  readonly id: string;
  readonly conversationId: string;
  receivedAt: Date;
  raw: string;
  /** The Message-ID of `raw`; '' without one. */
  messageId: string;
  folder: string;
  changed: number;
  corrupt: boolean;
  files: readonly AddedFile[];
};

export type TenantMailbox = ReturnType<typeof createTenantMailbox>;

/** A mailbox as Exchange keeps one: folders, messages with an id for life, conversations that it finds by cited ids. */
export function createTenantMailbox(now: () => Date) {
  const messages: Stored[] = [];
  const byId = new Map<string, Stored>();
  let changes = 0;

  const find = (id: string): Stored | undefined => byId.get(id);
  const change = (
    id: string,
    changed: Partial<Omit<Stored, 'id' | 'conversationId' | 'messageId'>>,
  ): void => {
    const message = find(id);
    if (message === undefined) return;
    Object.assign(message, changed, { changed: ++changes });
    message.messageId = headerOf(message.raw, 'message-id');
  };
  const conversationOf = (raw: string): string => {
    const cites = `${headerOf(raw, 'in-reply-to')} ${headerOf(raw, 'references')}`;
    const cited: readonly string[] = cites.match(/<[^>]+>/g) ?? [];
    const earlier = messages.find(({ messageId }) => cited.includes(messageId));
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
      const message: Stored = {
        id,
        raw,
        messageId: headerOf(raw, 'message-id'),
        receivedAt,
        folder,
        conversationId,
        changed: ++changes,
        corrupt: false,
        files: [],
      };
      messages.push(message);
      byId.set(id, message);
      return id;
    },
    /** Puts a draft into Sent Items; with `rewritten` under another Message-ID, as consumer accounts do. */
    send(id: string, rewritten: boolean): Stored | undefined {
      const message = find(id);
      if (message === undefined) return undefined;
      const whole = withFiles(message.raw, message.files);
      const raw = rewritten
        ? whole.replace(/^Message-ID: .*$/im, `Message-ID: <${randomUUID()}@PROD.OUTLOOK.COM>`)
        : whole;
      change(id, { raw, folder: 'sentitems', receivedAt: now() });
      return message;
    },
    delete(id: string): void {
      const at = messages.findIndex((each) => each.id === id);
      if (at >= 0) messages.splice(at, 1);
      byId.delete(id);
    },
  };
}

/** A message with files that were added to it, as one MIME message again. */
function withFiles(raw: string, files: readonly AddedFile[]): string {
  if (files.length === 0) return raw;
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const headers = head.split(/\r\n(?![ \t])/);
  const isOfBody = (header: string): boolean => /^(content-|mime-version)/i.test(header);
  const boundary = randomUUID();
  const parts = files.map(({ name, contentType, isInline, contentId, content }) => {
    const lines = [
      `Content-Type: ${contentType}; name="${name}"`,
      `Content-Disposition: ${isInline ? 'inline' : 'attachment'}; filename="${name}"`,
      ...(contentId === null ? [] : [`Content-ID: <${contentId}>`]),
      'Content-Transfer-Encoding: base64',
    ];
    return [...lines, '', ...(content.toString('base64').match(/.{1,76}/g) ?? [])].join('\r\n');
  });
  const body = [headers.filter(isOfBody).join('\r\n'), '', rest.join('\r\n\r\n')].join('\r\n');
  return [
    ...headers.filter((header) => !isOfBody(header)),
    'MIME-Version: 1.0',
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    '',
    ...[body, ...parts].flatMap((part) => [`--${boundary}`, part]),
    `--${boundary}--`,
    '',
  ].join('\r\n');
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

/** A message as Graph's lists have it. */
export function listed(message: Stored, shown: (message: Stored) => string) {
  const { conversationId, receivedAt, folder } = message;
  return {
    id: shown(message),
    conversationId,
    receivedDateTime: receivedAt.toISOString(),
    isDraft: folder === 'drafts',
    internetMessageId: message.messageId || null,
  };
}
