import type { DemoMail } from './demo-mail.ts';

export type MailThread = {
  readonly id: string;
  readonly subject: string;
  /** Oldest first; never empty. */
  readonly mails: readonly DemoMail[];
};

/** Groups emails as a mail program does, by Message-ID, In-Reply-To and References; the latest conversation first. */
export function groupConversations(mails: readonly DemoMail[]): readonly MailThread[] {
  const groupOf = new Map<string, DemoMail[]>();
  const groups = new Set<DemoMail[]>();
  for (const each of mails) {
    const { internetMessageId, inReplyTo, references } = each.mail;
    const ids = [internetMessageId, ...inReplyTo, ...references].filter((id) => id !== null);
    const joined = new Set(ids.map((id) => groupOf.get(id)).filter((group) => group !== undefined));
    const group = [...[...joined].flat(), each];
    for (const old of joined) groups.delete(old);
    groups.add(group);
    for (const id of [...ids, ...group.flatMap(idsOf)]) groupOf.set(id, group);
  }
  return [...groups]
    .map((group) => group.toSorted((a, b) => a.at.getTime() - b.at.getTime()))
    .sort((a, b) => lastTime(b) - lastTime(a))
    .map((group) => ({ id: group[0]?.id ?? '', subject: group[0]?.mail.subject ?? '', mails: group }));
}

function idsOf({ mail }: DemoMail): string[] {
  return [mail.internetMessageId, ...mail.inReplyTo, ...mail.references].filter((id) => id !== null);
}

function lastTime(group: readonly DemoMail[]): number {
  return group.at(-1)?.at.getTime() ?? 0;
}
