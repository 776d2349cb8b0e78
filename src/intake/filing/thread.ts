import type { ThreadBy } from '../../mailboxes/mailbox.ts';
import type { Source, TypedBy } from '../sources/source.ts';
import { isOpen, type RequestStatus, subjectDiffers } from '../../requests/request.ts';
import { DAY } from '../../platform/time.ts';

/** By what a message was found to belong to a request. */
type FoundBy = 'token' | 'references' | Source['threadRule'] | 'sender';

/** `form`, `requester`: how it was written says where it belongs. */
export type MatchedBy = FoundBy | 'new' | TypedBy;

/** A request that something in the message leads to; `mergedInto` has been followed already. */
export type Candidate = {
  /** What led here: our own Message-ID or the reply address (`token`), a stored inbound id, the source's thread, the sender. */
  readonly by: 'token' | 'reply_address' | 'references' | 'source_thread' | 'sender';
  /** The Message-ID that was cited, for the rules that go by one. */
  readonly cited: string | null;
  readonly requestId: number;
  readonly contactId: number;
  readonly status: RequestStatus;
  readonly closedAt: Date | null;
  readonly subject: string;
  /** When its latest reply was sent, for the absence note that follows it. */
  readonly answeredAt: Date | null;
  /** Where its contact last asked answers to go; empty means their own address. For `sender` alone. */
  readonly replyTo: readonly string[];
  /** The sender is the request's contact or one of its participants. */
  readonly senderBelongs: boolean;
};

export type ThreadFacts = {
  readonly contactId: number;
  /** In-Reply-To, then References from the newest to the oldest. */
  readonly citedIds: readonly string[];
  readonly subject: string;
  /** Where the message asks answers to go; empty means its sender. */
  readonly replyTo: readonly string[];
  /** False for an unverified sender who is not trusted: then only our own Message-ID or reply address joins a request. */
  readonly senderBelieved: boolean;
  readonly threadBy: ThreadBy;
  /** What a match by the source's thread is called. */
  readonly threadRule: Source['threadRule'];
  readonly reopenDays: number;
  readonly receivedAt: Date;
};

/** Where a message goes: into a request, or into a new one. */
export type Placement =
  | {
      readonly kind: 'append';
      readonly requestId: number;
      readonly matchedBy: FoundBy;
      readonly subjectChanged: boolean;
      /** The request is closed and within the reopen window. */
      readonly reopens: boolean;
      readonly answeredAt: Date | null;
    }
  | { readonly kind: 'open'; readonly followUpOf: number | null; readonly refersTo: number | null };

/**
 * Chooses the request a message belongs to, by the first rule below that applies. Pure: the candidates were read after
 * the contact was locked, so that no other message of this sender can open a request in between.
 */
export function chooseRequest(candidates: readonly Candidate[], facts: ThreadFacts): Placement {
  const cited = citedInOrder(candidates, facts.citedIds);
  const byToken = [...cited.filter(isBy('token')), ...candidates.filter(isBy('reply_address'))];
  const bySystem = [...cited.filter(isBy('references')), ...candidates.filter(isBy('source_thread'))];
  // Two people may write from one form or list: an answer to one must never reach the other.
  const bySender = (facts.threadBy === 'sender' ? candidates.filter(isBy('sender')) : []).filter(
    ({ replyTo }) => replyTo.toSorted().join() === facts.replyTo.toSorted().join(),
  );

  const rules = facts.senderBelieved ? [...byToken, ...bySystem, ...bySender] : byToken;
  const joined = rules.find((candidate) => candidate.senderBelongs && mayJoin(candidate, facts));
  if (joined !== undefined) {
    return {
      kind: 'append',
      requestId: joined.requestId,
      matchedBy: matchedBy(joined, facts.threadRule),
      subjectChanged: subjectDiffers(facts.subject, joined.subject),
      reopens: !isOpen(joined.status),
      answeredAt: joined.answeredAt,
    };
  }
  // A source guesses threads by subject; only a message that cites an earlier one itself is a follow-up.
  const citing = [...byToken, ...bySystem.filter(isBy('references'))];
  const own = citing.find(
    (candidate) => candidate.contactId === facts.contactId && !isOpen(candidate.status),
  );
  const foreign = citing.find((candidate) => !candidate.senderBelongs);
  return {
    kind: 'open',
    followUpOf:
      facts.senderBelieved || own?.by === 'token' || own?.by === 'reply_address'
        ? (own?.requestId ?? null)
        : null,
    refersTo: foreign?.requestId ?? null,
  };
}

/** The rule that a candidate met, by its name. */
export function matchedBy({ by }: Candidate, threadRule: Source['threadRule']): FoundBy {
  if (by === 'source_thread') return threadRule;
  return by === 'reply_address' ? 'token' : by;
}

function isBy(by: Candidate['by']): (candidate: Candidate) => boolean {
  return (candidate) => candidate.by === by;
}

function citedInOrder(candidates: readonly Candidate[], citedIds: readonly string[]): Candidate[] {
  return citedIds.flatMap((id) => candidates.filter((candidate) => candidate.cited === id));
}

function mayJoin(candidate: Candidate, facts: ThreadFacts): boolean {
  if (isOpen(candidate.status)) return true;
  if (candidate.by === 'sender' || candidate.closedAt === null || facts.reopenDays === 0) return false;
  const windowEnds = candidate.closedAt.getTime() + facts.reopenDays * DAY;
  return facts.receivedAt.getTime() < windowEnds;
}
