import type { Queryable } from '../../platform/db/connect.ts';

/** What the desk did with one email of the Gmail account. */
export type IntakeOutcome = {
  readonly sourceId: string;
  readonly outcome: 'opened' | 'appended' | 'recorded' | 'quarantined' | 'discarded' | 'erased';
  readonly reason: string | null;
  readonly requestId: number | null;
};

/** The outcomes of the emails that were handed over last, newest first. */
export async function listIntakeOutcomes(db: Queryable, limit: number): Promise<readonly IntakeOutcome[]> {
  return db<IntakeOutcome[]>`
    select source_id, outcome, reason, request_id
    from intake
    order by id desc
    limit ${limit}`;
}
