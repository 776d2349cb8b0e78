import { DAY } from '../../../platform/time.ts';
import { raiseAlarm } from '../../../outbox/desk-mail/raise-alarm.ts';
import type { JiraDeps } from '../jira-deps.ts';
import { insertGrantEvent, listEndingTokens, markWarned } from './grant-queries.ts';

/** How many days before the end the admins get an email. */
const STEPS = [30, 7, 1];

/** Tells the admins of API tokens that end soon; nobody but their owner can make a new one. */
export async function warnOfEndingTokens(
  deps: Pick<JiraDeps, 'db' | 'clock' | 'log' | 'publicUrl' | 'wakeDeliveries'>,
): Promise<void> {
  const at = deps.clock.now();
  for (const token of await listEndingTokens(deps.db, at, STEPS[0] ?? 0)) {
    const days = Math.max(0, Math.ceil((token.tokenEndsAt.getTime() - at.getTime()) / DAY));
    const step = STEPS.findLast((each) => days <= each);
    if (step === undefined || (token.warnedDays !== null && token.warnedDays <= step)) continue;
    await deps.db.begin(async (tx) => {
      await markWarned(tx, token.grantId, step);
      const message = `The token expires in ${days} ${days === 1 ? 'day' : 'days'}.`;
      await insertGrantEvent(tx, token.grantId, { type: 'warning', message, at });
      await raiseAlarm(tx, deps.log, {
        mailboxId: null,
        kind: 'jira_token_ends',
        at,
        subject: `The Jira token of “${token.name}” expires in ${days} ${days === 1 ? 'day' : 'days'}`,
        text: `The API token that Mailroom uses at ${token.siteUrl} expires soon. Create a new one and connect again:
${deps.publicUrl}/settings/jira
`,
      });
    });
    deps.wakeDeliveries();
  }
}
