import { z } from 'zod';
import { jsonIn } from '../../../platform/json-body.ts';
import { Problem } from '../../../platform/problems.ts';
import { openCredentials } from '../connections/credentials.ts';
import { findConnectionRow } from '../connections/queries.ts';
import type { JiraDeps } from '../jira-deps.ts';
import { insertHook, markHinted } from './sweep-queries.ts';
import { isGenuineHook } from './verify-hook.ts';
import { DAY } from '../../../platform/time.ts';

export type HookCall = {
  readonly connectionId: number;
  readonly identifier: string | undefined;
  readonly signature: string | undefined;
  readonly authorization: string | undefined;
  /** Called once what can be checked before the body is checked. */
  readonly receiveBody: () => Promise<{
    readonly bytes: () => Promise<Uint8Array>;
    readonly proven: () => void;
    readonly discard: () => Promise<void>;
  }>;
};

/** Nothing binds a call to its time but what it says itself. */
const OLDEST_MS = DAY;

const payloadShape = z.object({
  timestamp: z.number(),
  issue: z.object({ id: z.union([z.string(), z.number()]).transform(String) }).optional(),
});

/**
 * Takes a hint of Jira's: the issue that it names is read soon. Nothing else in it is believed. Refused unless signed; repeated
 * and out of order it does no harm.
 */
export async function takeHook(
  deps: Pick<JiraDeps, 'db' | 'clock' | 'keyring' | 'wakeJira'>,
  call: HookCall,
): Promise<void> {
  const connection = await findConnectionRow(deps.db, call.connectionId);
  if (connection === null || (call.signature ?? call.authorization) === undefined) throw notGenuine();
  const body = await call.receiveBody();
  try {
    const bytes = await body.bytes();
    const credentials =
      typeof connection.sealed === 'string' ? openCredentials(deps, connection.sealed) : null;
    const secrets = {
      webhook: deps.keyring.open(connection.webhookSecret),
      app: credentials?.kind === 'oauth' ? credentials.clientSecret : null,
    };
    if (!(await isGenuineHook({ ...call, body: bytes }, secrets, deps.clock))) throw notGenuine();
    body.proven();
    await followHook(deps, { connectionId: connection.id, identifier: call.identifier, said: bytes });
  } finally {
    await body.discard();
  }
}

async function followHook(
  deps: Pick<JiraDeps, 'db' | 'clock' | 'wakeJira'>,
  hook: { readonly connectionId: number; readonly identifier: string | undefined; readonly said: Uint8Array },
): Promise<void> {
  const payload = payloadShape.safeParse(jsonIn(hook.said));
  if (!payload.success) throw new Problem('invalid_input', 'The call has no timestamp.');
  const at = deps.clock.now();
  if (at.getTime() - payload.data.timestamp > OLDEST_MS)
    throw new Problem('invalid_input', 'The call is older than a day.');
  const { issue } = payload.data;
  const { connectionId, identifier } = hook;
  if (issue === undefined) return;
  if (identifier !== undefined && !(await insertHook(deps.db, { connectionId, identifier, at }))) return;
  if (await markHinted(deps.db, { connectionId, jiraId: issue.id, at })) deps.wakeJira?.();
}

function notGenuine(): Problem {
  return new Problem(
    'bad_signature',
    'Nothing in the call proves that it comes from this connection’s Jira.',
  );
}
