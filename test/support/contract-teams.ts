type Send = (path: string, body?: unknown) => Promise<{ readonly id: number }>;

/** Two teams, and a request that belongs to the first. */
export async function contractTeams(
  send: Send,
  { members, taken }: { readonly members: readonly number[]; readonly taken: number },
) {
  const team = await send('/v1/teams', { name: 'Billing', memberIds: members });
  await send('/v1/teams', { name: 'Delivery' });
  await send(`/v1/requests/${taken}/assign`, { teamId: team.id });
  await send(`/v1/requests/${taken}/escalate`, { teamId: team.id, reason: 'They threaten to leave.' });
  return { teamId: team.id };
}

type Made = Awaited<ReturnType<typeof contractTeams>> & {
  readonly taken: number;
  readonly closed: number;
};

/** A call of each operation that does its work. */
export const TEAM_CALLS = {
  'GET /v1/teams/{id}': ({ teamId }: Made) => ({ id: teamId }),
  'POST /v1/teams': () => ({ body: { name: 'Sales' } }),
  'PATCH /v1/teams/{id}': ({ teamId }: Made) => ({ id: teamId, body: { name: 'Money' } }),
  'POST /v1/requests/{id}/escalate': ({ taken, teamId }: Made) => ({
    id: taken,
    body: { teamId, reason: 'Again.' },
  }),
  'DELETE /v1/requests/{id}/escalate': ({ taken }: Made) => ({ id: taken }),
  'DELETE /v1/teams/{id}': ({ teamId }: Made) => ({ id: teamId }),
};

/** Calls that are refused because of how things stand. */
export const TEAM_REFUSALS = {
  'POST /v1/teams': () => ({ 409: { body: { name: 'billing' } } }),
  'POST /v1/requests/{id}/escalate': ({ closed, teamId }: Made) => ({
    409: { id: closed, body: { teamId, reason: 'Again.' } },
  }),
  'DELETE /v1/requests/{id}/escalate': ({ closed }: Made) => ({ 409: { id: closed } }),
  'PATCH /v1/teams/{id}': ({ teamId }: Made) => ({ 409: { id: teamId, body: { name: 'Delivery' } } }),
};
