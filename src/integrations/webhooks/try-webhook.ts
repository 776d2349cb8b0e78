import { randomUUID } from 'node:crypto';
import type { OperatorActor } from '../../people/access/actor.ts';
import { findWebhook } from './find-webhook.ts';
import { insertAttempt } from './posts/post-queries.ts';
import { postSigned } from './posts/post-signed.ts';
import { postBody, type SendPostDeps, webhookKeys } from './posts/send-post.ts';
import type { PostResult } from './webhook.ts';

/** Posts `webhook.test` at once, even if the webhook is off, and returns the result; a failure does not count against it. */
export async function tryWebhook(
  deps: Pick<SendPostDeps, 'db' | 'clock' | 'keyring' | 'webhooksForbid'>,
  actor: OperatorActor,
  { webhookId }: { readonly webhookId: number },
): Promise<PostResult & { readonly at: Date }> {
  const webhook = await findWebhook(deps, actor, webhookId);
  const at = deps.clock.now();
  const result = await postSigned(
    {
      url: webhook.url,
      name: `test_${randomUUID()}`,
      body: postBody('webhook.test', at, { webhookId, name: webhook.name }),
      keys: await webhookKeys(deps, webhookId),
      at,
    },
    { forbids: deps.webhooksForbid },
  );
  await insertAttempt(deps.db, { ...result, webhookId, postId: null, at });
  return { ...result, at };
}
