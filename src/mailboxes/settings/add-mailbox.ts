import type { Transaction } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import { type Idempotency, once } from '../../platform/idempotency/idempotency.ts';
import type { Actor } from '../../people/access/actor.ts';
import { requirePermission, requireWholeDesk } from '../../people/access/permissions.ts';
import { invalidField, Problem } from '../../platform/problems.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { type Mailbox } from '../mailbox.ts';
import { asciiAddress } from '../../mail/headers/ascii-address.ts';
import { isLonger } from '../../mail/text.ts';
import { insertMailbox, type NewMailbox } from './queries.ts';
import { lockMailboxById } from '../locks.ts';
import { addRelaySecret } from '../relay-secrets/add-relay-secret.ts';
import { findFirstSecret } from '../relay-secrets/find-first-secret.ts';
import {
  decodeWebhookSecret,
  generateWebhookSecret,
  WEBHOOK_SECRET_FORM,
} from '../../platform/webhook-secret.ts';

export type AddMailboxInput = NewMailbox & {
  /** Defaults to a generated one. */
  readonly secret?: string | undefined;
  readonly idempotency?: Idempotency | null;
};

type Added = { readonly mailbox: Mailbox; readonly secret: string };

/**
 * Adds a mailbox that accepts mail from now on, with its first relay secret, which is returned in clear: this once, and to
 * a repeat under the same key. Refuses an address that is a mailbox already (`already_exists`), and anybody but an admin
 * of every mailbox or the system: an admin of some would not serve the new one.
 */
export async function addMailbox(
  deps: Pick<Deps, 'db' | 'clock' | 'keyring'>,
  actor: Actor,
  input: AddMailboxInput,
): Promise<Added> {
  requirePermission(actor, 'mailboxes.manage');
  requireWholeDesk(actor);
  const { secret = generateWebhookSecret(), idempotency: call, ...settings } = checkedInput(input);
  const now = deps.clock.now();
  return deps.db.begin(async (tx): Promise<Added> => {
    const mailboxId = await once(tx, { call, now }, async () => {
      const mailbox = await insertMailbox(tx, settings, now);
      if (mailbox === null) throw new Problem('already_exists', `${settings.address} is a mailbox already.`);
      await addRelaySecret(deps, tx, { mailboxId: mailbox.id, text: secret, at: now });
      await recordEvent(tx, {
        type: 'mailbox.added',
        actor,
        at: now,
        mailboxId: mailbox.id,
        new: { address: mailbox.address, name: mailbox.name },
      });
      return mailbox.id;
    });
    return findAdded(deps, tx, mailboxId);
  });
}

// The secret is opened again rather than stored with the key: it is nowhere stored in clear.
async function findAdded(deps: Pick<Deps, 'keyring'>, tx: Transaction, id: number): Promise<Added> {
  const mailbox = await lockMailboxById(tx, id);
  const secret = await findFirstSecret(deps, tx, id);
  if (mailbox === null || secret === null) throw new Error(`mailbox ${id} is gone`);
  return { mailbox, secret };
}

function checkedInput(input: AddMailboxInput): AddMailboxInput {
  const address = asciiAddress(input.address);
  if (address === null) throw invalidField('/address', 'is not an email address');
  const name = input.name.trim();
  if (name === '' || isLonger(name, 100) || /\p{Cc}/u.test(name)) {
    throw invalidField('/name', 'has 1 to 100 characters on one line');
  }
  if (input.secret !== undefined && decodeWebhookSecret(input.secret) === null) {
    throw invalidField('/secret', `is ${WEBHOOK_SECRET_FORM}`);
  }
  const days = input.reopenDays ?? 0;
  if (!Number.isInteger(days) || days < 0 || days > 365) {
    throw invalidField('/reopenDays', 'is a whole number from 0 to 365');
  }
  return { ...input, address, name };
}
