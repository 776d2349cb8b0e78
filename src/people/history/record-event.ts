import { type Fragment, type Queryable, json } from '../../platform/db/connect.ts';
import { type Actor, actingOperatorId } from '../access/actor.ts';
import type { EventType } from './event-types.ts';

export type NewEvent = {
  readonly type: EventType;
  readonly actor: Actor;
  readonly at: Date;
  /** Absent: it is of no one mailbox, and shown to those who serve every one. */
  readonly mailboxId?: number | null | undefined;
  readonly requestId?: number | null | undefined;
  readonly messageId?: number | undefined;
  readonly deliveryId?: number | undefined;
  readonly intakeId?: number | undefined;
  /** Defaults to the contact who acts. */
  readonly contactId?: number | undefined;
  readonly old?: Readonly<Record<string, unknown>> | undefined;
  readonly new?: Readonly<Record<string, unknown>> | undefined;
};

/** Writes one event, in the transaction that made the change. */
export async function recordEvent(tx: Queryable, event: NewEvent): Promise<void> {
  const { messageId = null, deliveryId = null } = event;
  await insertEvent(tx, event, { messageId: tx`${messageId}`, deliveryId: tx`${deliveryId}`, from: tx`` });
}

/** Writes an event for each of `news`, in their order: they differ in nothing but what they tell. */
export async function recordEvents(
  tx: Queryable,
  event: Omit<NewEvent, 'old' | 'new'>,
  news: readonly NonNullable<NewEvent['new']>[],
): Promise<void> {
  await tx`
    insert into events
      (type, mailbox_id, request_id, message_id, delivery_id, intake_id, contact_id, actor_kind, actor_operator_id, new, at)
    select ${event.type}, ${event.mailboxId ?? null}::bigint, ${event.requestId ?? null}::bigint,
      ${event.messageId ?? null}::bigint, ${event.deliveryId ?? null}::bigint, ${event.intakeId ?? null}::bigint,
      ${event.contactId ?? null}::bigint, ${event.actor.kind}, ${actingOperatorId(event.actor)}::bigint, told.new, ${event.at}
    from jsonb_array_elements(${json(tx, news)}::jsonb) with ordinality as told (new, position)
    order by told.position`;
}

/** The same as part of the statement that inserts the rows the events are about: their ids are expressions over `from`. */
export function insertEvent(
  tx: Queryable,
  event: NewEvent,
  of: { readonly messageId: Fragment; readonly deliveryId: Fragment; readonly from: Fragment },
): Fragment {
  const contactId = event.contactId ?? (event.actor.kind === 'contact' ? event.actor.contactId : null);
  return tx`
    insert into events
      (type, mailbox_id, request_id, message_id, delivery_id, intake_id, contact_id,
       actor_kind, actor_operator_id, old, new, at)
    select ${event.type}, ${event.mailboxId ?? null}, ${event.requestId ?? null}, ${of.messageId}, ${of.deliveryId},
      ${event.intakeId ?? null}, ${contactId},
      ${event.actor.kind}, ${actingOperatorId(event.actor)}, ${event.old === undefined ? null : json(tx, event.old)},
      ${event.new === undefined ? null : json(tx, event.new)}, ${event.at}
    ${of.from}`;
}
