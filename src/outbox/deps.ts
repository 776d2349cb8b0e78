import type { Deps } from '../platform/deps.ts';
import type { Transports } from './accounts/transports.ts';
import type { DeskComposers } from './desk-mail/desk-mail.ts';

/** What the outbox and the rooms above it may use. */
export type OutboxDeps = Deps & {
  /** The accounts, and which mailbox sends by which; a mailbox without one waits, paused as `no_transport`. */
  readonly transports: Transports;
  /** Compose the desk messages whose text is only written when they are sent. */
  readonly deskComposers?: DeskComposers;
  /** Called after a commit that queued a delivery, so that this process sends at once instead of at the next look. */
  readonly wakeDeliveries: () => void;
};
