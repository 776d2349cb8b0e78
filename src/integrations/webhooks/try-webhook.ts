import type { OperatorActor } from '../../people/access/actor.ts';
import { findWebhook } from './find-webhook.ts';
import { testPost } from './posts/post.ts';
import { insertAttempt } from './posts/post-queries.ts';
import { postSigned } from './posts/post-signed.ts';
import { type SendPostDeps, webhookKeys } from './posts/send-post.ts';
import type { PostResult } from './webhook.ts';

/** Posts `webhook.test` at once, even if the webhook is off, and returns the result; a failure does not count against it. */
export async function tryWebhook(
  deps: Pick<SendPostDeps, 'db' | 'clock' | 'keyring' | 'webhooksForbid'>,
  actor: OperatorActor,
  { webhookId }: { readonly webhookId: number },
): Promise<PostResult & { readonly at: Date }> {
  const webhook = await findWebhook(deps, actor, webhookId);
  const at = deps.clock.now();
  const test = testPost(webhook, at);
  const keys = await webhookKeys(deps, webhookId);
  const result = await postSigned({ ...test, url: webhook.url, keys, at }, { forbids: deps.webhooksForbid });
  await insertAttempt(deps.db, { ...result, webhookId, of: test, at });
  return { ...result, at };
}
