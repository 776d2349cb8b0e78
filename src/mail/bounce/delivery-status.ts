import { decodeHeaderText } from '../mime/encoded-words.ts';

export type StatusEntry = {
  readonly addresses: readonly string[];
  readonly action: string;
  readonly status: string | null;
  readonly diagnostic: string | null;
};

/** Nobody writes to more people at once from a desk; a report that names more is read no further. */
const MAX_RECIPIENTS = 200;

const fieldName =
  /^(final-recipient|original-recipient|action|status|diagnostic-code|x-actual-recipient|x-display-name|remote-recipient|x-postfix-[a-z]+|reporting-mta|arrival-date|original-envelope-id|last-attempt-date|will-retry-until|remote-mta|dsn-gateway|received-from-mta|x-[a-z0-9-]{1,40})\s*:(.*)$/i;

/** What Postfix answers to a question about an address, and what SendGrid and others write in place of RFC 3464's words. */
const synonyms: Readonly<Record<string, string>> = {
  deliverable: 'delivered', undeliverable: 'failed', expired: 'failed', bounced: 'failed', failure: 'failed', deferred: 'delayed', delay: 'delayed',
}; // prettier-ignore

/** The per-recipient groups of a delivery status (RFC 3464), as forgiving as the reports of thirty years ask for. */
export function readDeliveryStatus(text: string): readonly StatusEntry[] {
  const entries: StatusEntry[] = [];
  let fields = new Map<string, string>();
  let last = '';
  const close = (): void => {
    const entry = entryOf(fields);
    if (entry !== null && entries.length < MAX_RECIPIENTS) entries.push(entry);
    fields = new Map();
    last = '';
  };
  const indented = /^\s*^[ \t]+(reporting-mta|arrival-date|(final|original)-recipient|action)\s*:/im.test(
    text.slice(0, 300),
  );
  for (const written of text.split('\n')) {
    const line = indented ? written.replace(/^[ \t]{1,8}(?=[a-z-]{4,40}\s*:)/i, '') : written;
    if (line.trim() === '') {
      // Some put a blank line between any two fields: a group without its outcome goes on.
      if (!fields.has('final-recipient') || (fields.has('action') && fields.has('status'))) close();
      last = '';
      continue;
    }
    if (/^[ \t]/.test(line) && last !== '') {
      fields.set(last, `${fields.get(last) ?? ''} ${line.trim()}`.slice(0, 4000));
      continue;
    }
    const match = line.length > 4000 ? null : fieldName.exec(line.trimEnd());
    last = '';
    if (match === null) continue;
    last = (match[1] ?? '').toLowerCase();
    // Some servers forget the blank line between two recipients.
    const next = /^(final|original)-recipient$/.test(last) && fields.has(last);
    if (next || (last === 'original-recipient' && fields.has('final-recipient') && fields.has('action'))) {
      const name = last;
      close();
      last = name;
    }
    if (!fields.has(last)) fields.set(last, (match[2] ?? '').trim());
  }
  close();
  return entries;
}

function entryOf(fields: ReadonlyMap<string, string>): StatusEntry | null {
  const named = ['original-recipient', 'final-recipient', 'x-actual-recipient'].flatMap(
    (name) => addressOf(fields.get(name)) ?? [],
  );
  const action = /^[a-z]+/i.exec(fields.get('action') ?? '')?.[0]?.toLowerCase() ?? '';
  if (!fields.has('final-recipient') && !fields.has('original-recipient')) return null;
  const diagnostic =
    fields
      .get('diagnostic-code')
      ?.replace(/^\s*[a-z0-9-]+\s*;\s*/i, '')
      .replace(/\s+/g, ' ')
      .trim() ?? null;
  return {
    addresses: [...new Set(named)],
    action: synonyms[action] ?? action,
    status: /\d\.\d{1,3}\.\d{1,3}/.exec(fields.get('status') ?? '')?.[0] ?? null,
    diagnostic: diagnostic === '' ? null : diagnostic,
  };
}

function addressOf(value: string | undefined): string | null {
  if (value === undefined) return null;
  const text = value.slice(value.indexOf(';') + 1, 1000);
  // A command that delivers is not an address: `|exec procmail #ann@host`.
  if (text.trimStart().startsWith('|')) return null;
  const match = /(?:"[^"\n]{1,100}"|[^\s<>()",;:]{1,120})@[^\s<>()",;:]{1,200}/.exec(decodeXtext(text));
  if (match === null) return null;
  // Some programs hand an encoded word to the server as if it were the address.
  const found = match[0].includes('=?') ? decodeHeaderText(match[0]) : match[0];
  return found.replace(/[.'>]+$/, '').toLowerCase();
}

/** RFC 3461 writes `+2B` for a plus sign, RFC 6533 `\x{1F408}` for what is not ASCII. */
function decodeXtext(text: string): string {
  return text
    .replace(/\+(2B|3D|40|20)/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/\\x\{([0-9A-F]{2,5})\}/gi, (_, code: string) =>
      String.fromCodePoint(Number.parseInt(code, 16)),
    );
}
