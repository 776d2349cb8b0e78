import { listMailboxes } from '../../../mailboxes/settings/list-mailboxes.ts';
import { invalidField } from '../../../platform/problems.ts';
import { applyRetention, planRetention } from '../../../requests/retention/apply-retention.ts';
import { command, type Desk } from '../command.ts';

const SYSTEM = { kind: 'system' } as const;

export const retention = command({
  options: {
    mailbox: { type: 'string', value: 'ADDRESS', sentence: 'Only what this mailbox no longer keeps.' },
    'dry-run': { type: 'boolean', sentence: 'Only counts what would go; nothing is changed.' },
  },
  async run(desk, { mailbox, 'dry-run': dryRun }) {
    const addresses = await addressesOf(desk);
    const mailboxId = mailbox === undefined ? null : idOf(addresses, mailbox.trim().toLowerCase());
    const runs = dryRun
      ? await planRetention(desk, { mailboxId })
      : await applyRetention(desk, { mailboxId });
    const lines = runs.map(({ mailboxId: id, gone, failed }) => {
      const what = `${gone.originals} originals, ${gone.attachments} attachments, ${gone.bodies} texts, ${gone.requests} whole requests`;
      const left = failed === 0 ? '' : `; ${failed} requests failed, the log says why`;
      return `${addresses.get(id) ?? id}: ${what} ${dryRun ? 'would go' : 'are gone'}${left}.\n`;
    });
    const json = runs.map(({ mailboxId: id, ...run }) => ({ mailbox: addresses.get(id) ?? id, ...run }));
    const text = lines.join('') || 'Nothing is said to go: every mailbox keeps all.\n';
    return { text, json, failed: runs.some(({ failed }) => failed > 0) };
  },
});

async function addressesOf(desk: Desk): Promise<ReadonlyMap<number, string>> {
  return new Map((await listMailboxes(desk, SYSTEM)).map(({ id, address }) => [id, address]));
}

function idOf(addresses: ReadonlyMap<number, string>, address: string): number {
  for (const [id, each] of addresses) if (each === address) return id;
  throw invalidField('/mailbox', 'is not the address of a mailbox');
}
