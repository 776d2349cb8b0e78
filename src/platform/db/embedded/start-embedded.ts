import type { Log } from '../../log.ts';
import { runCluster } from './run-cluster.ts';

export type EmbeddedPostgres = { readonly url: string; readonly stop: () => Promise<void> };

/**
 * Serves a PostgreSQL of Mailroom's own from `dataDir/pg` and answers its address: a new cluster, the one that is there,
 * or the server that already runs on it. Any number of processes may call it at once. `stop` leaves the server to whoever
 * else is connected; end one's own pools before it.
 */
export async function startEmbeddedPostgres(options: {
  readonly dataDir: string;
  readonly log?: Log;
}): Promise<EmbeddedPostgres> {
  const { url, stop } = await runCluster(options);
  return { url, stop };
}
