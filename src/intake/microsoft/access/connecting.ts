import type { Actor } from '../../../people/access/actor.ts';
import { requirePermission } from '../../../people/access/permissions.ts';
import { recordEvent } from '../../../people/history/record-event.ts';
import type { Mailbox } from '../../../mailboxes/mailbox.ts';
import { lockVisibleMailbox } from '../../../mailboxes/settings/lock-visible-mailbox.ts';
import { setSource } from '../../../mailboxes/settings/set-source.ts';
import { sendByService } from '../../../outbox/accounts/set-transport.ts';
import type { Transaction } from '../../../platform/db/connect.ts';
import type { Deps } from '../../../platform/deps.ts';
import { invalidField } from '../../../platform/problems.ts';
import { clientAssertion, type MicrosoftCredentials } from '../graph/credentials.ts';
import { type SendsBy, serviceOf } from '../graph/endpoints.ts';
import { deleteGrant } from '../delegated/grant-queries.ts';
import { deleteSignIns } from '../delegated/sign-in-queries.ts';
import { endSubscription } from '../notifications/keep-subscription.ts';
import { type Microsoft, type MicrosoftDeps, microsoftOf } from './open-microsoft.ts';
import { markDisconnected, type NewAccess, upsertAccess } from './access-queries.ts';

export type Connection = {
  readonly mailboxId: number;
  readonly tenantId: string;
  readonly clientId: string;
  readonly credentials: MicrosoftCredentials;
  /** When the secret or certificate ends: the admins are warned before. */
  readonly secretEndsAt: Date | null;
  /** Mail that Microsoft took for junk comes in as well. */
  readonly readsJunk: boolean;
  /** How answers leave, unless the mailbox has an SMTP account of its own. */
  readonly sends: SendsBy;
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
  const { credentials, ...kept } = input;
  await deps.db.begin(async (tx) => {
    const mailbox = await lockVisibleMailbox(tx, actor, input.mailboxId);
    const sealed = deps.keyring.seal(JSON.stringify(credentials));
    await writeConnection(tx, actor, mailbox, { ...kept, kind: credentials.kind, sealed, at });
    await deleteGrant(tx, mailbox.id);
    await deleteSignIns(tx, mailbox.id);
  });
}

/** Writes how a mailbox that the caller has locked is connected from now on, by an app or in a person's name. */
export async function writeConnection(
  tx: Transaction,
  actor: Actor,
  { id: mailboxId, address }: Pick<Mailbox, 'id' | 'address'>,
  { sends, at, ...access }: Omit<NewAccess, 'mailboxId'> & { readonly sends: SendsBy; readonly at: Date },
): Promise<void> {
  await upsertAccess(tx, { ...access, mailboxId }, at);
  await setSource(tx, mailboxId, 'microsoft');
  await sendByService(tx, { id: mailboxId, address }, serviceOf(sends), at);
  const { tenantId, clientId, kind, readsJunk } = access;
  await recordEvent(tx, {
    type: 'mailbox.microsoft_connected',
    actor,
    at,
    mailboxId,
    new: { tenantId, clientId, kind, readsJunk, sends },
  });
}

/** Forgets the credentials: nothing is fetched or sent by them any more. What was filed stays, and so does how far it was read. */
export async function disconnectMicrosoft(
  deps: MicrosoftDeps & { readonly microsoft?: Microsoft | undefined },
  actor: Actor,
  { mailboxId }: { readonly mailboxId: number },
): Promise<void> {
  requirePermission(actor, 'mailboxes.manage');
  await deps.db.begin((tx) => lockVisibleMailbox(tx, actor, mailboxId));
  await endSubscription({ ...deps, microsoft: microsoftOf(deps) }, mailboxId);
  await deps.db.begin(async (tx) => {
    const { address } = await lockVisibleMailbox(tx, actor, mailboxId);
    await deleteGrant(tx, mailboxId);
    await deleteSignIns(tx, mailboxId);
    if (!(await markDisconnected(tx, mailboxId))) return;
    const at = deps.clock.now();
    await sendByService(tx, { id: mailboxId, address }, null, at);
    await recordEvent(tx, { type: 'mailbox.microsoft_disconnected', actor, at, mailboxId });
  });
}

/** An app of which Microsoft could know. */
export function ensureApp({ tenantId, clientId }: Pick<Connection, 'tenantId' | 'clientId'>): void {
  if (!TENANT.test(tenantId))
    throw invalidField('/tenantId', 'is a tenant id or one of the tenant’s domains');
  if (!APP.test(clientId))
    throw invalidField(
      '/clientId',
      'is the application (client) id, such as 6731de76-14a6-49ae-97bc-6eba6914391e',
    );
}

/** Where anybody may sign in: an app of its own rights belongs to none of them. */
const EVERYBODY = /^(common|organizations|consumers)$/i;

function ensureUsable(input: Connection, at: Date): void {
  ensureApp(input);
  const { tenantId, clientId, credentials } = input;
  if (credentials.kind === 'secret' && credentials.secret.trim() === '')
    throw invalidField('/secret', 'is empty');
  if (EVERYBODY.test(tenantId))
    throw invalidField('/tenantId', `must name the tenant: an application has none under ${tenantId}`);
  if (credentials.kind !== 'certificate') return;
  try {
    clientAssertion(credentials, { clientId, tokenUrl: '', at });
  } catch {
    throw invalidField('/certificate', 'is a certificate and its private key, both in PEM');
  }
}
