import { randomUUID } from 'node:crypto';
import type { Stored, TenantMailbox } from './tenant-mailbox.ts';

/** Null: the link has ended. */
export type DeltaPage = { readonly messages: readonly Stored[]; readonly link: string } | null;

export type DeltaPages = {
  readonly read: (asked: {
    readonly folder: string;
    readonly token: string | null;
    readonly since: Date | null;
  }) => DeltaPage;
  /** Every link ends. */
  readonly end: () => void;
  /** How often they have ended. */
  readonly epoch: () => number;
};

/** What has changed in a folder, in pages that are neither ordered nor free of repetitions, the first of several empty. */
export function createDeltaPages(
  mailbox: TenantMailbox,
  { pageSize, epoch: began }: { readonly pageSize: number; readonly epoch: number },
): DeltaPages {
  const pages = new Map<string, { readonly ids: readonly string[]; readonly until: number }>();
  // Of no earlier tenant: the links of that one have ended.
  let epoch = began;

  const changedIn = (folder: string, after: number, since: Date | null): string[] =>
    mailbox.messages
      .filter(
        (each) =>
          each.folder === folder && each.changed > after && (since === null || each.receivedAt >= since),
      )
      .toReversed()
      .flatMap((each, at) => (at % 7 === 0 ? [each.id, each.id] : [each.id]));

  return {
    read({ folder, token, since }) {
      if (token !== null && !token.startsWith(`${epoch}.`)) return null;
      const known = token === null ? undefined : pages.get(token);
      const after = Number(token?.split('.')[1] ?? 0);
      const page = known ?? { ids: changedIn(folder, after, since), until: mailbox.changes() };
      const here = token === null && page.ids.length > pageSize ? [] : page.ids.slice(0, pageSize);
      const left = page.ids.slice(here.length);
      const messages = here.flatMap((id) => mailbox.find(id) ?? []);
      if (left.length === 0) return { messages, link: `$deltatoken=${epoch}.${page.until}` };
      const next = `${epoch}.${page.until}.${randomUUID()}`;
      pages.set(next, { ids: left, until: page.until });
      return { messages, link: `$skiptoken=${next}` };
    },
    end: () => void (epoch += 1),
    epoch: () => epoch,
  };
}
