import { z } from 'zod';
import type { Deployment } from '../client/dialect.ts';
import { findMyself, type JiraClient, jiraClient } from '../client/jira-client.ts';
import { JiraFault } from '../client/jira-fault.ts';
import type { JiraPerson } from '../client/shapes.ts';
import type { JiraDeps } from '../jira-deps.ts';
import { rootOf } from './open-jira.ts';

export type Base = {
  readonly base: 'site' | 'gateway';
  readonly cloudId: string | null;
  readonly jira: JiraClient;
  readonly myself: JiraPerson;
};

const TENANT_WITHIN_MS = 10_000;

/**
 * Where a token works: nothing in it tells whether it has scopes, and one with scopes works at the gateway alone. Throws the
 * site's own refusal when it works at neither.
 */
export async function findBase(
  deps: Pick<JiraDeps, 'atlassian'>,
  token: {
    readonly siteUrl: string;
    readonly deployment: Deployment;
    readonly authorization: string;
  },
): Promise<Base> {
  const { siteUrl, deployment, authorization } = token;
  const clientAt = (base: 'site' | 'gateway', cloudId: string | null) =>
    jiraClient(deployment, { root: rootOf(deps, { base, siteUrl, cloudId }), authorization });
  const site = clientAt('site', null);
  try {
    return { base: 'site', cloudId: null, jira: site, myself: await findMyself(site) };
  } catch (error) {
    const mayHaveScopes =
      deployment === 'cloud' &&
      error instanceof JiraFault &&
      (error.kind === 'denied' || error.kind === 'missing');
    if (!mayHaveScopes) throw error;
    const cloudId = await findCloudId(siteUrl);
    if (cloudId === null) throw error;
    const gateway = clientAt('gateway', cloudId);
    return { base: 'gateway', cloudId, jira: gateway, myself: await findMyself(gateway) };
  }
}

async function findCloudId(siteUrl: string): Promise<string | null> {
  try {
    const response = await fetch(`${siteUrl}/_edge/tenant_info`, {
      signal: AbortSignal.timeout(TENANT_WITHIN_MS),
    });
    return z.object({ cloudId: z.string().min(1) }).parse(await response.json()).cloudId;
  } catch {
    // No site of Atlassian's: the refusal of the site itself says more.
    return null;
  }
}
