import { reconcileJira } from '../../../integrations/jira/reconcile-jira.ts';
import { invalidField } from '../../../platform/problems.ts';
import { command } from '../command.ts';

export const jiraReconcile = command({
  options: {
    days: {
      type: 'string',
      value: 'N',
      sentence: 'How many days back to look for requests without an issue. Defaults to 7.',
    },
  },
  async run(desk, values) {
    const days = Number(values.days ?? '7');
    if (!Number.isInteger(days) || days < 1 || days > 3650)
      throw invalidField('/days', 'is a whole number from 1 to 3650');
    // Deliveries that this queues are found by the servers at their next look.
    const report = await reconcileJira({ ...desk, wakeDeliveries() {} }, { days });
    const { read, linked, creating, uncertain, refused, broken, waitingChanges } = report;
    return {
      text:
        `${read} issues were read again. Now: ${linked} linked, ${creating} being made, ${uncertain} uncertain, ${refused} refused, ` +
        `${broken} broken; ${waitingChanges} changes wait.\n`,
      json: report,
      failed: refused + broken > 0,
    };
  },
});
