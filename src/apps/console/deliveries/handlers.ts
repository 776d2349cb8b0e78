import { listSendingAccounts } from '../../../outbox/accounts/list-sending-accounts.ts';
import { cancelDelivery } from '../../../outbox/deliveries/cancel-delivery.ts';
import { findDelivery } from '../../../outbox/deliveries/find-delivery.ts';
import { listDeliveries } from '../../../outbox/deliveries/list-deliveries.ts';
import { retryDelivery } from '../../../outbox/deliveries/retry-delivery.ts';
import { takeBackReply } from '../../../requests/replies/take-back-reply.ts';
import { Problem } from '../../../platform/problems.ts';
import { readForm } from '../parts/forms.ts';
import type { Pages } from '../shell/pages.ts';
import { pathBack } from '../shell/path-back.ts';
import { problemWords } from '../shell/problem-words.ts';
import { done, respond } from '../shell/respond.ts';
import { idIn, type Visit } from '../shell/visit.ts';
import { deliveriesPage, STATE_GROUPS, type StateGroup } from './page.ts';
import { deliveryWords } from './words.ts';

const ROWS = 50;

/** What leaves the desk: waiting, failed and sent. */
export function deliveryHandlers(pages: Pages): void {
  pages.get('/deliveries', (visit) => show(visit, null));
  pages.post('/deliveries/retry', async (visit) => {
    const form = await readForm(visit.c);
    const refused: string[] = [];
    for (const deliveryId of form.ids('id')) {
      try {
        await retryDelivery(visit.deps, visit.actor, { deliveryId });
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        refused.push(problemWords(visit, error));
      }
    }
    if (refused.length === 0) return done(visit, '/deliveries', { did: 'done' });
    return show(visit, `${visit.say(deliveryWords).someNotDone} ${refused.join(' ')}`);
  });
  pages.post('/deliveries/:id{[0-9]+}/retry', async (visit) => {
    const form = await readForm(visit.c);
    const from = form.line('from');
    const to = form.line('to');
    await retryDelivery(visit.deps, visit.actor, {
      deliveryId: deliveryIn(visit),
      ...(from === null || to === null ? {} : { recipient: { from, to } }),
    });
    return done(visit, pathBack(form.line('back'), '/deliveries'), { did: 'done' });
  });
  pages.post('/deliveries/:id{[0-9]+}/cancel', async (visit) => {
    const form = await readForm(visit.c);
    await cancelDelivery(visit.deps, visit.actor, { deliveryId: deliveryIn(visit) });
    return done(visit, pathBack(form.line('back'), '/deliveries'), { did: 'done' });
  });
  pages.post('/deliveries/:id{[0-9]+}/undo', async (visit) => {
    const { deps, actor } = visit;
    const { requestId, messageId } = await findDelivery(deps, actor, { deliveryId: deliveryIn(visit) });
    await takeBackReply(deps, actor, { messageId });
    return done(visit, `/requests/${requestId}`, { did: 'cancelled', id: requestId });
  });
}

function deliveryIn({ c }: Visit): number {
  return idIn(c) ?? 0;
}

async function show(visit: Visit, alert: string | null): Promise<Response> {
  const { c, deps, actor } = visit;
  const asked = c.req.query('state') ?? '';
  const group: StateGroup = asked in STATE_GROUPS ? (asked as StateGroup) : 'failed';
  const [page, accounts] = await Promise.all([
    listDeliveries(deps, actor, {
      filters: { state: STATE_GROUPS[group] },
      sort: { field: 'id', descending: true },
      limit: ROWS,
      cursor: c.req.query('after'),
      total: false,
    }),
    listSendingAccounts(deps),
  ]);
  const content = deliveriesPage(visit, { group, ...page, accounts });
  const { title } = visit.say(deliveryWords);
  return respond(visit, { title, content, place: '/deliveries', alert }, alert === null ? 200 : 409);
}
