import type { Transaction } from '../../platform/db/connect.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import type { CannedEffects } from '../canned-replies/canned-reply.ts';
import type { FieldChanges } from '../fields/field.ts';
import { closeLocked } from '../life/closing.ts';
import { moveRequest } from '../life/move-request.ts';
import { editLocked } from '../request/edit-request.ts';
import type { RequestRow } from '../request.ts';

/** The changes that a reply makes to its request; fields that are left out do not change. */
export type ReplyEffects = {
  readonly status?: CannedEffects['status'] | undefined;
  readonly category?: string | null | undefined;
  readonly addTags?: readonly string[] | undefined;
  /** Values by the keys of their fields; null takes one away. */
  readonly fields?: FieldChanges | undefined;
  /** Of closing. Defaults to true. */
  readonly notify?: boolean | undefined;
};

const ACTION_OF = {
  pending: 'requests.pend',
  resolved: 'requests.resolve',
  closed: 'requests.close',
} as const;

export function requireReplyEffects(actor: OperatorActor, effects: ReplyEffects | undefined): void {
  if (effects?.status) requirePermission(actor, ACTION_OF[effects.status]);
  if (edits(effects)) requirePermission(actor, 'requests.edit');
}

/**
 * Does what a reply brings besides to its locked request. Every event names the message, so that taking the reply back
 * finds what to undo.
 */
export async function applyReplyEffects(
  tx: Transaction,
  actor: OperatorActor,
  request: RequestRow,
  reply: {
    readonly effects: ReplyEffects | undefined;
    readonly messageId: number;
    readonly text: string;
    readonly at: Date;
  },
): Promise<void> {
  const { effects, messageId, text, at } = reply;
  if (effects === undefined) return;
  const under = '/effects';
  const { status, category, addTags, fields, notify = true } = effects;
  if (edits(effects)) {
    const changes = { ...(category === null ? {} : { category }), addTags, fields };
    await editLocked(tx, actor, request, { changes, messageId, at, under });
  }
  if (status === 'pending')
    await moveRequest(tx, actor, request, { verb: 'pend', type: 'request.pended', messageId, at });
  // The reply itself says how it was settled; a note would say it twice.
  if (status === 'resolved') {
    const facts = { notes: text };
    const move = { verb: 'resolve', type: 'request.resolved', facts, messageId, at, under } as const;
    await moveRequest(tx, actor, request, move);
  }
  if (status === 'closed')
    await closeLocked(tx, actor, request, { notify, reason: null, messageId, at, under });
}

function edits(effects: ReplyEffects | undefined): boolean {
  const { category = null, addTags = [], fields = {} } = effects ?? {};
  return category !== null || addTags.length + Object.keys(fields).length > 0;
}
