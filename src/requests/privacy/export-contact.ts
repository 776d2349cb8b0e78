import { openFile } from '../../platform/scanning/open-file.ts';
import type { OutboxDeps } from '../../outbox/deps.ts';
import { BY_ID } from '../../platform/lists/list-sort.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { Problem } from '../../platform/problems.ts';
import { findAttachment } from '../messages/find-attachment.ts';
import { findMessage } from '../messages/find-message.ts';
import { findOriginal } from '../messages/find-original.ts';
import { listContactEvents } from '../history/list-contact-events.ts';
import { listEvents } from '../history/list-events.ts';
import { listMessages } from '../messages/list-messages.ts';
import { listRequests } from '../lists/list-requests.ts';
import type { RequestView } from '../request/request-view.ts';
import type { MessageView } from '../messages/message-view.ts';
import type { EventView } from '../../people/history/event-view.ts';
import type { StoredFile } from '../../platform/files/stored-file.ts';
import type { Contact } from '../../people/contacts/contact.ts';
import { findContact } from '../../people/contacts/find-contact.ts';
import { type HeldMail, listHeldMail, listMessageIdsElsewhere } from './export-queries.ts';

/** One thing that is held about a contact; a file comes with its bytes, to be read in slices. */
export type Held =
  | { readonly kind: 'contact'; readonly value: Contact }
  | { readonly kind: 'request'; readonly value: RequestView }
  | { readonly kind: 'event'; readonly value: EventView }
  | { readonly kind: 'message'; readonly value: MessageView }
  | { readonly kind: 'quarantined'; readonly value: HeldMail }
  | { readonly kind: 'attachment' | 'original'; readonly of: number; readonly file: StoredFile };

const AT_ONCE = 100;

type ExportDeps = Pick<OutboxDeps, 'db' | 'bucket' | 'scanner' | 'clock' | 'transports'>;

/**
 * Everything that is stored about a contact in the mailboxes that the operator serves, piece by piece: their names,
 * their requests with history, messages, attachments and originals, what they wrote in requests of others, and their
 * messages in quarantine. For admins.
 */
export async function* exportContact(
  deps: ExportDeps,
  actor: OperatorActor,
  input: { readonly contactId: number },
): AsyncGenerator<Held> {
  requirePermission(actor, 'contacts.export');
  const contact = await findContact(deps, actor, input.contactId);
  yield { kind: 'contact', value: contact };
  for (const value of await listContactEvents(deps, actor, contact.id)) yield { kind: 'event', value };

  const filters = { contactId: [contact.id] };
  const requests = pages((cursor) =>
    listRequests(deps, actor, { filters, sort: BY_ID, limit: AT_ONCE, cursor, total: false }),
  );
  for await (const request of requests) {
    yield { kind: 'request', value: request };
    const place = { requestId: request.id, sort: BY_ID, limit: AT_ONCE };
    for await (const value of pages((cursor) => listEvents(deps, actor, { ...place, cursor }))) {
      yield { kind: 'event', value };
    }
    for await (const message of pages((cursor) => listMessages(deps, actor, { ...place, cursor }))) {
      yield* heldMessage(deps, actor, message);
    }
  }
  for (const messageId of await listMessageIdsElsewhere(deps.db, actor.mailboxIds, contact)) {
    yield* heldMessage(deps, actor, await findMessage(deps, actor, messageId));
  }
  for (const value of await listHeldMail(deps.db, actor.mailboxIds, contact.email)) {
    yield { kind: 'quarantined', value };
    const name = `intake-${value.id}.eml`;
    const original = { ...value, what: 'original', name, contentType: 'message/rfc822' } as const;
    const file = await openFile(deps, original).catch(unlessHeld);
    if (file !== null) yield { kind: 'original', of: value.id, file };
  }
}

async function* heldMessage(
  deps: ExportDeps,
  actor: OperatorActor,
  message: MessageView,
): AsyncGenerator<Held> {
  yield { kind: 'message', value: message };
  for (const { id } of message.attachments) {
    const file = await findAttachment(deps, actor, id).catch(unlessHeld);
    if (file !== null) yield { kind: 'attachment', of: id, file };
  }
  const original = await findOriginal(deps, actor, message.id).catch(unlessHeld);
  if (original !== null) yield { kind: 'original', of: message.id, file: original };
}

// What the virus scanner holds is not handed on; the message says that it is there.
function unlessHeld(error: unknown): null {
  if (error instanceof Problem && (error.code === 'not_found' || error.code === 'file_held')) return null;
  throw error;
}

async function* pages<Row>(
  read: (
    cursor: string | undefined,
  ) => Promise<{ readonly items: readonly Row[]; readonly nextCursor: string | null }>,
): AsyncGenerator<Row> {
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    yield* page.items;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}
