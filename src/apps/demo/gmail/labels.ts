import { googleError } from '../google/google-error.ts';

export type GmailLabel = { readonly id: string; readonly name: string; readonly type: 'system' | 'user' };

export type LabelStore = ReturnType<typeof createLabels>;

const systemIds = ['INBOX', 'SENT', 'DRAFT', 'SPAM', 'TRASH', 'UNREAD', 'STARRED', 'IMPORTANT', 'CHAT'];

/** The labels of an account: user labels get ids of their own, a name created again gets a new one. */
export function createLabels() {
  const labels = new Map<string, GmailLabel>();
  let made = 0;
  for (const id of systemIds) labels.set(id, { id, name: id, type: 'system' });

  function byName(name: string): GmailLabel | undefined {
    return [...labels.values()].find((label) => canonical(label.name) === canonical(name));
  }

  return {
    list: () => [...labels.values()],
    has: (id: string) => labels.has(id),
    byName,
    create(name: string | undefined): GmailLabel {
      const trimmed = (name ?? '').trim();
      if (trimmed === '' || systemIds.includes(trimmed.toUpperCase())) {
        throw googleError(400, 'invalidArgument', 'Invalid label name');
      }
      if (byName(trimmed)) throw googleError(409, 'aborted', 'Label name exists or conflicts');
      made += 1;
      const label: GmailLabel = { id: `Label_${made}`, name: trimmed, type: 'user' };
      labels.set(label.id, label);
      return label;
    },
    delete(id: string): void {
      if (labels.get(id)?.type !== 'user')
        throw googleError(404, 'notFound', 'Requested entity was not found.');
      labels.delete(id);
    },
    /** Refuses ids that do not exist or may not be changed on an email, in Gmail's words. */
    requireChangeable(ids: readonly string[]): void {
      for (const id of ids) {
        if (id === 'SENT' || id === 'DRAFT')
          throw googleError(400, 'invalidArgument', `Invalid label: ${id}`);
        if (labels.has(id)) continue;
        const unknownId = /^Label_\d+$/.test(id);
        throw googleError(400, 'invalidArgument', unknownId ? 'labelId not found' : `Invalid label: ${id}`);
      }
    },
  };
}

/** Names are compared without case and without spaces around the slash. */
export function canonical(name: string): string {
  return name
    .toLowerCase()
    .replace(/\s*\/\s*/g, '/')
    .trim();
}
