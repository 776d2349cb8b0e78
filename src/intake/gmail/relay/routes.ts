import { isAscii } from 'node:buffer';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type RouteConfig, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { isTransient } from '../../../platform/db/errors.ts';
import type { IntakeDeps } from '../../deps.ts';
import { type ApiRoutes, apiRoutes, type AppEnv } from '../../../people/access/app-env.ts';
import { fieldErrors } from '../../../platform/http/problems/field-errors.ts';
import { problemResponses } from '../../../platform/http/problems/problem-schema.ts';
import { jsonContent } from '../../../platform/http/schemas.ts';
import {
  type ReceiveUnproven,
  requireFittingLength,
} from '../../../platform/http/unproven/unproven-bodies.ts';
import { findRelayMailbox, type RelayMailbox } from '../../../mailboxes/relay-secrets/find-relay-mailbox.ts';
import { asciiAddress } from '../../../mail/headers/ascii-address.ts';
import { recordHeartbeat } from '../../../mailboxes/relay-secrets/record-heartbeat.ts';
import { recordSecretUse } from '../../../mailboxes/relay-secrets/record-secret-use.ts';
import { Problem } from '../../../platform/problems.ts';
import { answerInTime } from '../../../platform/db/answer-in-time.ts';
import { LARGE_BODY_BYTES, largeBodies } from '../../../platform/http/unproven/large-bodies.ts';
import { receiveBatch } from '../../filing/receive-batch.ts';
import {
  ANSWER_WITHIN_MS,
  FILE_WITHIN_MS,
  handedOver,
  MAX_BODY_BYTES,
  type RelayBatch,
  relayAnswer,
  relayBatch,
  relayResultOf,
} from './relay-contract.ts';
import { checkSignature, readSignatureHeaders, type SignatureHeaders } from './verify-signature.ts';

/** Posts come faster than anybody reads the heartbeat, and each write of the row would wait for the one before. */
const HEARTBEAT_EVERY_MS = 15_000;

type RelayDeps = Pick<IntakeDeps, 'db' | 'clock' | 'log' | 'parsePool' | 'wakeDeliveries' | 'keyring'> & {
  readonly receiveUnproven: ReceiveUnproven;
};

/**
 * `POST /v1/relay/{mailbox}`: takes a signed batch of raw messages and answers for each once it is committed. Checked
 * in this order: content type, length and signature headers, mailbox, signature over the raw bytes, JSON, contract.
 */
export function relayRoutes(deps: RelayDeps): ApiRoutes {
  const routes = apiRoutes();
  const inLargePlace = largeBodies();
  const heard = new Map<number, number>();
  routes.openAPIRegistry.registerPath(relayOperation);
  routes.post('/v1/relay/:mailbox', async (c) => {
    // Started before the body is read: the relay's own clock runs from its first byte.
    const deadline = AbortSignal.timeout(FILE_WITHIN_MS);
    const answer = async (): Promise<Response> => {
      const { signature, mailbox, secrets } = await checkHeaders(deps, c);
      const check = checkSignature(signature, secrets);
      const body = await deps.receiveUnproven(c, {
        maxBytes: MAX_BODY_BYTES,
        deadline,
        onChunk: check.update,
      });
      try {
        await noteSecretUse(deps, { mailbox, secrets }, check.finish());
        body.proven();
        // Filing happens while the place for large bodies is held: their messages stay in memory until they are stored.
        return await inLargePlace(body.size(), async () => {
          const batch = await parseBatch(await body.bytes());
          await noteHeartbeat(deps, heard, mailbox, batch);
          const received = await receiveBatch(deps, mailbox, batch.messages.map(handedOver), deadline);
          return c.json({ batch: signature.id, results: received.map(relayResultOf) });
        });
      } finally {
        await body.discard();
      }
    };
    try {
      return await answerInTime(ANSWER_WITHIN_MS, answer);
    } catch (error) {
      if (!isTransient(error)) throw error;
      deps.log.error({ error }, 'a relay post met a database that does not answer');
      throw new Problem('busy', 'The database does not answer; nothing was filed.', {
        retryAfterSeconds: 60,
      });
    }
  });
  return routes;
}

type CheckedPost = RelayMailbox & { readonly signature: SignatureHeaders };

async function checkHeaders(deps: RelayDeps, c: Context<AppEnv>): Promise<CheckedPost> {
  const contentType = c.req.header('content-type') ?? '';
  if (!/^application\/json\s*(;|$)/i.test(contentType)) {
    throw new Problem('unsupported_media_type', 'content-type must be application/json.');
  }
  requireFittingLength(c, MAX_BODY_BYTES);
  const signature = readSignatureHeaders((name) => c.req.header(name), deps.clock.now());
  const address = asciiAddress(c.req.param('mailbox') ?? '');
  const found = address === null ? null : await findRelayMailbox(deps, address);
  if (found === null) throw new Problem('not_found', 'There is no mailbox with this address.');
  return { signature, ...found };
}

async function noteSecretUse(
  deps: RelayDeps,
  { mailbox, secrets }: RelayMailbox,
  secretId: number,
): Promise<void> {
  if (secrets.some((secret) => secret.id === secretId && !secret.used)) {
    await recordSecretUse(deps, { mailboxId: mailbox.id, secretId });
  }
}

async function parseBatch(body: Buffer): Promise<RelayBatch> {
  // The contract is ASCII; one byte a character is the cheapest way to a string, and any other byte is refused.
  if (!isAscii(body)) throw new Problem('invalid_input', 'The body must be ASCII-only JSON.');
  let value: unknown;
  try {
    value = JSON.parse(body.toString('latin1'));
  } catch {
    throw new Problem('invalid_input', 'The body is not JSON.', {
      errors: [{ pointer: '', detail: 'is not JSON' }],
    });
  }
  // Parsing and decoding 50 MB takes tens of milliseconds each: other calls are answered in between.
  if (body.length > LARGE_BODY_BYTES) await nextTurn();
  const parsed = relayBatch.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = fieldErrors('json', parsed.error);
  throw new Problem('invalid_input', 'The body is not what a relay posts.', { errors });
}

async function noteHeartbeat(
  deps: RelayDeps,
  heard: Map<number, number>,
  mailbox: { readonly id: number },
  batch: RelayBatch,
): Promise<void> {
  const now = deps.clock.now();
  const isHeartbeat = batch.messages.length === 0;
  if (!isHeartbeat && now.getTime() - (heard.get(mailbox.id) ?? -Infinity) < HEARTBEAT_EVERY_MS) return;
  heard.set(mailbox.id, now.getTime());
  await recordHeartbeat(deps.db, mailbox.id, batch.relay, now);
}

const relayOperation: RouteConfig = {
  method: 'post',
  path: '/v1/relay/{mailbox}',
  operationId: 'postRelayBatch',
  tags: ['Relay'],
  summary: 'Hand over new messages',
  description:
    'For the relay in the Gmail account. Signed as Standard Webhooks say, with a secret of the mailbox (`whsec_…`). ' +
    'Answered within 20 seconds; a message is `accepted` once it is committed, and `retry` asks for it again.',
  request: {
    params: z.object({ mailbox: z.email().openapi({ example: 'support@example.com' }) }),
    headers: z.object({
      'webhook-id': z.string().openapi({ description: 'Names the post; comes back as `batch`' }),
      'webhook-timestamp': z.string().openapi({ description: 'Unix seconds, within five minutes' }),
      'webhook-signature': z
        .string()
        .openapi({ description: '`v1,` and base64 HMAC-SHA256 of `id.timestamp.body`' }),
    }),
    body: { required: true, content: { 'application/json': { schema: relayBatch } } },
  },
  responses: {
    200: jsonContent('What became of each message', relayAnswer),
    ...problemResponses(
      'invalid_input',
      'bad_signature',
      'not_found',
      'too_large',
      'unsupported_media_type',
      'busy',
    ),
  },
};
