import { bindHttp, type HttpListener } from '../../platform/http/http-listener.ts';

/** A port that is free, the wished one if it is: asked before the database is started, which would be taken down again over a port. */
export async function freePort(host: string, wished: number): Promise<number> {
  const listener = await bindNear(host, wished);
  await listener.close();
  return listener.port;
}

/** Listens on the wished port, or on any when that is taken. */
export async function bindNear(host: string, wished: number): Promise<HttpListener> {
  try {
    return await bindHttp({ host, port: wished > 65_535 ? 0 : wished });
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE') throw error;
    return bindHttp({ host, port: 0 });
  }
}
