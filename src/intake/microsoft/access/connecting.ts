import type { Actor } from '../../../people/access/actor.ts';
import { requirePermission } from '../../../people/access/permissions.ts';
import { recordEvent } from '../../../people/history/record-event.ts';
import { lockVisibleMailbox } from '../../../mailboxes/settings/lock-visible-mailbox.ts';
import { setSource } from '../../../mailboxes/settings/set-source.ts';
import { sendByService } from '../../../outbox/accounts/set-transport.ts';
import type { Deps } from '../../../platform/deps.ts';
import { invalidField } from '../../../platform/problems.ts';
import { clientAssertion, type MicrosoftCredentials } from '../graph/credentials.ts';
import { GRAPH_HOST } from '../graph/endpoints.ts';
import { markDisconnected, upsertAccess } from './access-queries.ts';

export type Connection = {
  readonly mailboxId: number;
  readonly tenantId: string;
  readonly clientId: string;
  readonly credentials: MicrosoftCredentials;
  /** When the secret or certificate ends: the admins are warned before. */
  readonly secretEndsAt: Date | null;
  /** Mail that Microsoft took for junk comes in as well. */
  readonly readsJunk: boolean;
  /** Answers leave through Microsoft too, unless the mailbox has an SMTP account of its own. */
  readonly sends: boolean;
};

// A tenant is named by its id or one of its domains; an app by its id.
const TENANT = /^[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?$/i;
const APP = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Keeps what reads a mailbox of Microsoft 365, sealed, in place of what was kept before: from now on its mail
 * comes from there. Whether it works, `checkConnection` finds out.
 */
export async function connectMicrosoft(
  deps: Pick<Deps, 'db' | 'clock' | 'keyring'>,
  actor: Actor,
  input: Connection,
): Promise<void> {
  requirePermission(actor, 'mailboxes.manage');
  const at = deps.clock.now();
  ensureUsable(input, at);
  const { credentials, sends, ...kept } = input;
  await deps.db.begin(async (tx) => {
    const { id, address } = await lockVisibleMailbox(tx, actor, input.mailboxId);
    const sealed = deps.keyring.seal(JSON.stringify(credentials));
    await upsertAccess(tx, { ...kept, kind: credentials.kind, sealed }, at);
    await setSource(tx, id, 'microsoft');
    await sendByService(tx, { id, address, host: GRAPH_HOST }, sends, at);
    const { tenantId, clientId, readsJunk } = input;
    await recordEvent(tx, {
      type: 'mailbox.microsoft_connected',
      actor,
      at,
      mailboxId: input.mailboxId,
      new: { tenantId, clientId, kind: credentials.kind, readsJunk, sends },
    });
  });
}

/** Forgets the credentials: nothing is fetched or sent by them any more. What was filed stays, and so does how far it was read. */
export async function disconnectMicrosoft(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: Actor,
  { mailboxId }: { readonly mailboxId: number },
): Promise<void> {
  requirePermission(actor, 'mailboxes.manage');
  await deps.db.begin(async (tx) => {
    const { address } = await lockVisibleMailbox(tx, actor, mailboxId);
    if (!(await markDisconnected(tx, mailboxId))) return;
    const at = deps.clock.now();
    await sendByService(tx, { id: mailboxId, address, host: GRAPH_HOST }, false, at);
    await recordEvent(tx, { type: 'mailbox.microsoft_disconnected', actor, at, mailboxId });
  });
}

function ensureUsable({ tenantId, clientId, credentials }: Connection, at: Date): void {
  if (!TENANT.test(tenantId))
    throw invalidField('/tenantId', 'is a tenant id or one of the tenant’s domains');
  if (!APP.test(clientId))
    throw invalidField(
      '/clientId',
      'is the application (client) id, such as 6731de76-14a6-49ae-97bc-6eba6914391e',
    );
  if (credentials.kind === 'secret' && credentials.secret.trim() === '')
    throw invalidField('/secret', 'is empty');
  if (tenantId === 'common')
    throw invalidField('/tenantId', 'must name the tenant: an application has no tenant under common');
  if (credentials.kind !== 'certificate') return;
  try {
    clientAssertion(credentials, { clientId, tokenUrl: '', at });
  } catch {
    throw invalidField('/certificate', 'is a certificate and its private key, both in PEM');
  }
}
