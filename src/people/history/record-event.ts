import { type Queryable, json } from '../../platform/db/connect.ts';
import { type Actor, actingOperatorId } from '../access/actor.ts';

export type NewEvent = {
  readonly type: string;
  readonly actor: Actor;
  readonly at: Date;
  readonly mailboxId: number | null;
  readonly requestId: number | null;
  readonly messageId?: number;
  readonly deliveryId?: number;
  readonly intakeId?: number;
  readonly contactId?: number;
  readonly old?: Readonly<Record<string, unknown>>;
  readonly new?: Readonly<Record<string, unknown>>;
};

/** Writes one entry of the history, in the transaction that made the change it tells of. */
export async function recordEvent(tx: Queryable, event: NewEvent): Promise<void> {
  const contactId = event.contactId ?? (event.actor.kind === 'contact' ? event.actor.contactId : null);
  await tx`
    insert into events
      (type, mailbox_id, request_id, message_id, delivery_id, intake_id, contact_id,
       actor_kind, actor_operator_id, old, new, at)
    values
      (${event.type}, ${event.mailboxId}, ${event.requestId}, ${event.messageId ?? null}, ${event.deliveryId ?? null},
       ${event.intakeId ?? null}, ${contactId},
       ${event.actor.kind}, ${actingOperatorId(event.actor)}, ${event.old === undefined ? null : json(tx, event.old)},
       ${event.new === undefined ? null : json(tx, event.new)}, ${event.at})`;
}
