import { once } from 'node:events';
import { type BlockList, type Socket, connect } from 'node:net';
import { guard } from '../../platform/net/internal-addresses.ts';

type Destination = {
  readonly host: string;
  readonly port: number;
  readonly connectionTimeout: number;
  readonly forbids: BlockList | undefined;
};

/**
 * Makes the connection when an account may not connect everywhere; otherwise nothing, and the library makes its own.
 * The address actually connected to is checked, because one looked up before may have changed by then.
 */
export async function guardedSocket(
  { forbids, host, port, connectionTimeout }: Destination,
  signal?: AbortSignal,
): Promise<{ readonly connection?: Socket }> {
  if (forbids === undefined) return {};
  const connection = connect({ host, port, ...guard(forbids), ...(signal === undefined ? {} : { signal }) });
  const tooLate = setTimeout(() => connection.destroy(timeout()), connectionTimeout);
  try {
    await once(connection, 'connect');
    return { connection };
  } catch (error) {
    throw named(error as SystemError);
  } finally {
    clearTimeout(tooLate);
  }
}

type SystemError = Error & { readonly code?: string; readonly errors?: readonly SystemError[] };

// Worded as the library does, which tells the cause apart from its own code. Of several addresses the one tried is
// named.
function named(error: SystemError): Error {
  const all = error.errors ?? [error];
  const told = all.find(({ code }) => code !== 'ERR_IP_BLOCKED') ?? all[0] ?? error;
  return Object.assign(told, { originalCode: told.code, code: 'ESOCKET', command: 'CONN' });
}

function timeout(): Error {
  return Object.assign(new Error('Connection timeout'), {
    code: 'ETIMEDOUT',
    timeoutType: 'CONNECT_TIMEOUT',
  });
}
