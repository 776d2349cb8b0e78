import { SECOND } from '../../platform/time.ts';

/** Somebody who looks at a request, or writes on it. */
export type Present = {
  readonly requestId: number;
  readonly operatorId: number;
  readonly operatorName: string;
  readonly state: 'looking' | 'writing';
  /** When they came. */
  readonly since: Date;
};

/** That somebody came to a request, began or stopped to write on it, or left. */
export type PresentSomewhere = {
  readonly requestId: number;
  readonly operatorId: number;
  readonly mailboxId: number;
};

/** An operator not heard of for this long is gone: two beats of fifteen seconds. */
export const PRESENT_FOR = 30 * SECOND;
