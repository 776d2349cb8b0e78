import { listReplayable, replayIntake } from '../../../intake/quarantine/replay-intake.ts';
import { createParsePool } from '../../../mail/reading/parse-pool.ts';
import { ID_TEXT } from '../../../platform/id-text.ts';
import { invalidField } from '../../../platform/problems.ts';
import { command, type Desk } from '../command.ts';
import { renderTable } from '../render-table.ts';

type Replayed = {
  readonly id: number;
  readonly outcome: string;
  readonly requestId: number | null;
  readonly reason: string | null;
};

export const intakeReplay = command({
  options: {
    id: { type: 'string', value: 'ID', sentence: 'One message only, by its intake number.' },
    reason: {
      type: 'string',
      value: 'REASON',
      sentence: 'Messages quarantined for this reason. Defaults to processing_error; any means all.',
    },
  },
  async run(desk, { id, reason = 'processing_error' }) {
    if (id !== undefined && !ID_TEXT.test(id))
      throw invalidField('/id', 'is a number, as GET /v1/intake shows it');
    const ids =
      id === undefined ? await listReplayable(desk, reason === 'any' ? null : reason) : [Number(id)];
    const replayed = await replayAll(desk, ids);
    const table = renderTable([
      ['ID', 'OUTCOME', 'REQUEST', 'REASON'],
      ...replayed.map((each) => [
        String(each.id),
        each.outcome,
        String(each.requestId ?? ''),
        each.reason ?? '',
      ]),
    ]);
    const failed = replayed.filter((each) => each.outcome === 'failed').length;
    return {
      text: replayed.length === 0 ? 'Nothing to replay.\n' : `${table}\n`,
      json: replayed,
      ...(failed === 0
        ? {}
        : { warning: `${failed} failed again and stay in quarantine; the log has the errors.` }),
    };
  },
});

async function replayAll(desk: Desk, ids: readonly number[]): Promise<Replayed[]> {
  const parsePool = createParsePool({ size: 1 });
  // The server's own worker looks every second; nothing has to be woken in this process.
  const deps = { ...desk, parsePool, wakeDeliveries: () => {} };
  const replayed: Replayed[] = [];
  try {
    for (const id of ids) {
      const filed = await replayIntake(deps, id).catch((error: unknown) => {
        desk.log.error({ error, intakeId: id }, 'a replay failed; the message stays in quarantine');
        return {
          outcome: 'failed',
          requestId: null,
          reason: error instanceof Error ? error.message : String(error),
        };
      });
      const { outcome, requestId, reason } = filed ?? {
        outcome: 'not in quarantine',
        requestId: null,
        reason: null,
      };
      replayed.push({ id, outcome, requestId, reason });
    }
  } finally {
    await parsePool.close();
  }
  return replayed;
}
