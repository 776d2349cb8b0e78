import PostalMime from 'postal-mime';
import { tellClocks } from '../../src/requests/clocks/tell-clocks.ts';
import { seededRandom } from '../fuzz/mutate.ts';
import { receive } from './intake.ts';
import type { SendingDesk } from './sending-desk.ts';

const LINK = /\/rate\/[A-Za-z0-9_-]{43}/;

/** Does to a desk whatever comes, by its interface; returns when each request was first answered. */
export async function liveAtRandom(
  desk: SendingDesk,
  smtp: { readonly mails: { readonly raw: Buffer }[] },
  { steps, seed }: { readonly steps: number; readonly seed: number },
): Promise<ReadonlyMap<number, Date>> {
  const chance = seededRandom(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[chance(items.length)] as Item;
  const { ann, bob, lea, ada } = desk;
  const team = await desk.ok(ada.token, 'POST', '/v1/teams', {
    name: 'Billing',
    memberIds: [ann.id],
    leadIds: [lea.id],
  });
  await desk.ok(ada.token, 'PATCH', '/v1/mailboxes/1', { reopenDays: 3 });
  const answered = new Map<number, Date>();
  const threads: string[] = [];
  const requests: number[] = [1];
  const call = (token: string, method: string, path: string, body?: unknown) =>
    desk.call(method, path, { token, body });
  const mail = async (threadId: string): Promise<void> => {
    const { requestId } = await receive(desk, { subject: `Matter ${threadId}` }, { threadId });
    if (typeof requestId === 'number' && !requests.includes(requestId)) requests.push(requestId);
  };
  const rate = async (): Promise<void> => {
    const { text = '' } = await PostalMime.parse(smtp.mails.at(-1)?.raw ?? '');
    const [path] = LINK.exec(text) ?? [];
    const body = new URLSearchParams({ rating: pick(['helpful', 'unhelpful']), comment: '' });
    if (path !== undefined) await desk.app.request(path, { method: 'POST', body });
  };
  const verbs: readonly ((id: number) => Promise<unknown>)[] = [
    async () => {
      threads.push(`t${threads.length}`);
      await mail(threads.at(-1) ?? '');
    },
    async () => mail(pick([...threads, 'other'])),
    async () => mail(pick([...threads, 'other'])),
    async () => {
      const opened = await desk.ok(pick([ann, bob]).token, 'POST', '/v1/requests', {
        mailboxId: 1,
        contact: { email: 'dora@customer.example' },
        subject: 'Called',
        text: 'They called.',
        send: false,
        priority: pick(['P1', 'P2', 'P3', 'P4']),
        category: pick(['Printers', 'Fires']),
      });
      requests.push(opened.id);
    },
    async (id) => call(pick([ann, bob]).token, 'POST', `/v1/requests/${id}/take`, { force: false }),
    async (id) =>
      call(
        ada.token,
        'POST',
        `/v1/requests/${id}/assign`,
        pick([{ operatorId: ann.id }, { teamId: team.id }, { operatorId: bob.id, teamId: team.id }]),
      ),
    async (id) => call(ada.token, 'POST', `/v1/requests/${id}/unassign`),
    async (id) => call(ada.token, 'POST', `/v1/requests/${id}/pend`),
    async (id) => call(ada.token, 'POST', `/v1/requests/${id}/resolve`, { notes: 'Done.' }),
    async (id) => {
      await call(ada.token, 'POST', `/v1/requests/${id}/close`);
      await desk.deliver();
      if (chance(2) === 0) await rate();
    },
    async (id) => call(ada.token, 'POST', `/v1/requests/${id}/reopen`),
    async (id) => call(ada.token, 'POST', `/v1/requests/${id}/reopen`),
    async (id) => call(ada.token, 'POST', `/v1/requests/${id}/merge`, { into: pick(requests) }),
    async (id) => call(ada.token, 'POST', `/v1/requests/${id}/unmerge`),
    async (id) => {
      const messages = await call(ada.token, 'GET', `/v1/requests/${id}/messages`);
      const inbound = (((await messages.json()) as any).items ?? []).filter(
        (each: any) => each.kind === 'inbound',
      );
      if (inbound.length < 2) return;
      const split = await call(ada.token, 'POST', `/v1/requests/${id}/split`, {
        messageIds: [inbound.at(-1).id],
      });
      if (split.ok) requests.push(((await split.json()) as any).id);
    },
    async (id) =>
      call(
        ada.token,
        'PATCH',
        `/v1/requests/${id}`,
        pick([{ priority: pick(['P1', 'P2', 'P4']) }, { category: pick(['Printers', null]) }]),
      ),
    async (id) => (chance(6) === 0 ? call(ada.token, 'DELETE', `/v1/requests/${id}`) : null),
    async (id) => {
      const effects = pick([undefined, { status: 'pending' }, { status: 'resolved' }]);
      const reply = await call(pick([ann, bob]).token, 'POST', `/v1/requests/${id}/messages`, {
        text: 'So.',
        effects,
      });
      await desk.deliver();
      if (reply.ok && !answered.has(id)) answered.set(id, desk.clock.now());
    },
  ];
  for (let step = 0; step < steps; step += 1) {
    desk.clock.advance(1000 * chance(12 * 3600));
    if (chance(3) === 0) await tellClocks(desk.deps);
    await pick(verbs)(pick(requests));
  }
  return answered;
}
