import { listMailboxes } from '../../../mailboxes/settings/list-mailboxes.ts';
import { command } from '../command.ts';
import { renderTable } from '../render-table.ts';

export const mailboxList = command({
  options: {},
  async run(desk) {
    const mailboxes = await listMailboxes(desk, { kind: 'system' });
    const rows = mailboxes.map((each) => [
      String(each.id),
      each.address,
      each.relayHeardAt === null ? 'never' : each.relayHeardAt.toISOString(),
      each.relayPending === null ? '-' : String(each.relayPending),
      each.relayFailed === null ? '-' : String(each.relayFailed),
      String(each.validSecrets),
      each.name,
    ]);
    const head = ['ID', 'ADDRESS', 'RELAY HEARD', 'PENDING', 'FAILED', 'SECRETS', 'NAME'];
    const text = rows.length === 0 ? 'There are no mailboxes.' : renderTable([head, ...rows]);
    return { text: `${text}\n`, json: mailboxes };
  },
});
