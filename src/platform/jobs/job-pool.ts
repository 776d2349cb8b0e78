import { Pool, type PoolClient, type PoolConfig } from 'pg';

type OnConnection = Extract<Parameters<Pool['connect']>[0], (...args: never) => unknown>;

/**
 * Connections for graphile-worker; `onLost` hears of each that is lost, in use or not. One may be given back twice: the
 * library does that with the one it listens on when the database goes away while the listening has begun and is to end.
 * pg-pool throws at the second time, in a promise that nobody handles, and the server would end.
 */
export class JobPool extends Pool {
  constructor(config: PoolConfig, onLost: (error: Error) => void) {
    super(config);
    this.on('error', onLost);
    this.on('connect', (client) => client.on('error', onLost));
  }

  override connect(): Promise<PoolClient>;
  override connect(onConnection: OnConnection): void;
  override connect(onConnection?: OnConnection): Promise<PoolClient> | void {
    if (onConnection === undefined) return super.connect();
    super.connect((error, client, release) => {
      if (error !== undefined) return onConnection(error, client, release);
      let isBack = false;
      onConnection(error, client, (reason) => {
        if (!isBack) release(reason);
        isBack = true;
      });
    });
  }
}
