import { domainOf } from '../../mail/headers/address-parts.ts';
import type { MessageSource } from '../sources/source.ts';

/** Marks what a requester wrote; without it, it is a visitor's form. */
export const REQUESTER_LABEL = 'REQUESTER';

/**
 * The desk's own pages, and the interface for requesters. What is written there is made into an email and goes the way of one;
 * who wrote it is proven before.
 */
export const form: MessageSource = {
  name: 'form',
  authenticate: ({ from }) => ({
    verdict: 'verified',
    reason: 'proven on a page',
    domain: from === null ? null : domainOf(from.address),
  }),
  isNoteToSelf: () => false,
  handsOverSent: false,
  threadRule: 'conversation',
  service: 'the form',
  typed: (labels) => (labels.includes(REQUESTER_LABEL) ? 'requester' : 'form'),
};
