import type { Clock } from '../../../platform/clock.ts';
import { bindHttp } from '../../../platform/http/http-listener.ts';
import type { Atlassian } from '../../../integrations/jira/jira-deps.ts';
import type { Deployment } from '../../../integrations/jira/client/dialect.ts';
import { createSimulatedJira, type SimulatedJira } from './simulated-jira.ts';

export type ServedJira = {
  readonly jira: SimulatedJira;
  readonly siteUrl: string;
  readonly atlassian: Atlassian;
  readonly close: () => Promise<void>;
};

/** The simulated Jira on a loopback socket. */
export async function serveJira(options: {
  readonly clock: Clock;
  readonly adfFault?: (document: unknown) => string | null;
  readonly deployment?: Deployment;
}): Promise<ServedJira> {
  const listener = await bindHttp({ host: '127.0.0.1', port: 0 });
  const siteUrl = `http://127.0.0.1:${listener.port}`;
  const jira = createSimulatedJira({ ...options, siteUrl: () => siteUrl });
  listener.serve(jira.app.fetch);
  return {
    jira,
    siteUrl,
    atlassian: { authUrl: `${siteUrl}/auth`, gatewayUrl: `${siteUrl}/gateway` },
    close: listener.close,
  };
}
