import type { Clock } from '../../../platform/clock.ts';
import { connectJira } from '../../../integrations/jira/connections/connect.ts';
import { disconnectJira } from '../../../integrations/jira/connections/disconnect.ts';
import { findConnection, listConnections } from '../../../integrations/jira/connections/find-connections.ts';
import { hookUrl } from '../../../integrations/jira/hearing/webhooks.ts';
import type { JiraDeps } from '../../../integrations/jira/jira-deps.ts';
import { UNMAPPED } from '../../../integrations/jira/mappings/mapping.ts';
import { saveMapping } from '../../../integrations/jira/mappings/save-mapping.ts';
import { serveJira, type ServedJira } from './serve-jira.ts';

export type JiraSide = ServedJira & {
  /** Connects the desk, and has every request of the mailbox become an issue. */
  readonly connect: (deps: JiraDeps, mailboxId: number) => Promise<void>;
};

const SYSTEM = { kind: 'system' } as const;
const SEND_EVERY_MS = 300;

/** A simulated Jira beside the demo, which calls the desk's webhook as Jira does. */
export async function startJiraSide(clock: Clock): Promise<JiraSide> {
  const served = await serveJira({ clock });
  const { jira } = served;
  const timer = setInterval(() => {
    void jira.hooks.send(({ url, headers, body }) =>
      // Whoever does not answer has lost a hint: the sweep finds what it was about.
      fetch(url, { method: 'POST', headers, body }).catch(() => null),
    );
  }, SEND_EVERY_MS);
  return {
    ...served,
    async connect(deps, mailboxId) {
      // That of an earlier run is gone with its process.
      for (const { id } of await listConnections(deps, SYSTEM))
        await disconnectJira(deps, SYSTEM, { connectionId: id });
      const { connectionId } = await connectJira(deps, SYSTEM, {
        kind: 'api_token',
        name: 'Simulated Jira',
        deployment: 'cloud',
        siteUrl: served.siteUrl,
        personal: false,
        email: jira.bot.email,
        token: jira.bot.apiToken,
        tokenEndsAt: null,
      });
      await saveMapping(deps, SYSTEM, {
        mailboxId,
        connectionId,
        ...UNMAPPED,
        board: 'Support board',
        issueType: 'Task',
        always: true,
        verbs: { done: 'resolve' },
        closeTo: 'done',
      });
      const { webhookSecret } = await findConnection(deps, SYSTEM, connectionId);
      jira.hooks.addAdmin(hookUrl(deps, connectionId), deps.keyring.open(webhookSecret));
    },
    async close() {
      clearInterval(timer);
      await served.close();
    },
  };
}
