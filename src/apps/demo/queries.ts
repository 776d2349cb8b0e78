import type { Queryable } from '../../platform/db/connect.ts';

/** What the desk did with one email of the Gmail account. */
export type EmailOutcome = {
  readonly sourceId: string;
  readonly outcome: 'opened' | 'appended' | 'recorded' | 'quarantined' | 'discarded' | 'erased';
  readonly reason: string | null;
  readonly requestId: number | null;
};

/** The outcomes of the emails that were handed over last, newest first. */
export async function listEmailOutcomes(db: Queryable, limit: number): Promise<readonly EmailOutcome[]> {
  return db<EmailOutcome[]>`
    select source_id, outcome, reason, request_id
    from intake
    order by id desc
    limit ${limit}`;
}
