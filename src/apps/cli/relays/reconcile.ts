import { sourceOf } from '../../../intake/sources/sources.ts';
import type { Reconciled } from '../../../intake/sources/source-work.ts';
import { asciiAddress } from '../../../mail/headers/ascii-address.ts';
import { listMailboxes } from '../../../mailboxes/settings/list-mailboxes.ts';
import { createParsePool } from '../../../mail/reading/parse-pool.ts';
import { findRelaySetup } from '../../../mailboxes/relay-secrets/find-relay-setup.ts';
import { invalidField } from '../../../platform/problems.ts';
import { command, type Desk } from '../command.ts';
import { renderTable } from '../render-table.ts';

const MAX_SHOWN = 200;

export const reconcileCommand = command({
  options: {
    days: {
      type: 'string',
      value: 'N',
      required: true,
      sentence: 'How many days to look back, at most to when the mailbox began to accept email.',
    },
    mailbox: {
      type: 'string',
      value: 'ADDRESS',
      sentence: 'Which mailbox. Defaults to the only one.',
    },
    apply: { type: 'boolean', sentence: 'Files what is missing. Without it nothing is changed.' },
  },
  async run(desk, values) {
    const days = Number(values.days);
    if (!Number.isInteger(days) || days < 1 || days > 3650)
      throw invalidField('/days', 'is a whole number from 1 to 3650');
    // One message at a time: this runs beside a server that needs the memory.
    const parsePool = createParsePool({ size: 1 });
    try {
      // Deliveries that this queues are found by the servers at their next look.
      const deps = { ...desk, parsePool, wakeDeliveries() {} };
      const { address, source } = await findMailboxToReconcile(desk, values.mailbox);
      const { reconcile } = await sourceOf(source).work();
      const { tell } = desk;
      const found = await reconcile(deps, { address, days, apply: values.apply, tell });
      return { text: describe(found, values.apply), json: found.json };
    } finally {
      await parsePool.close();
    }
  },
});

// By its address, else the only one there is: a relay's setup says which, and what to do when there are several.
async function findMailboxToReconcile(desk: Desk, given: string | undefined) {
  const mailboxes = await listMailboxes(desk, { kind: 'system' });
  const [only, ...others] = mailboxes;
  const named = given === undefined ? (others.length === 0 ? only : undefined) : byAddress(mailboxes, given);
  if (named !== undefined) return named;
  const { address } = await findRelaySetup(desk, { kind: 'system' }, { address: given });
  return { address, source: 'gmail' };
}

function byAddress<Found extends { readonly address: string }>(mailboxes: readonly Found[], text: string) {
  return mailboxes.find(({ address }) => address === (asciiAddress(text) ?? text));
}

function describe({ head, rows, lines }: Reconciled, applied: boolean): string {
  return [
    ...(rows.length === 0 ? [] : [renderTable([head, ...rows.slice(0, MAX_SHOWN)])]),
    ...(rows.length > MAX_SHOWN ? [`and ${rows.length - MAX_SHOWN} more (--json has all)`] : []),
    ...lines,
    ...(!applied && rows.length > 0 ? ['Nothing was changed: --apply takes them in.'] : []),
    '',
  ].join('\n');
}
