import { countIntake } from '../../../intake/quarantine/list-intake.ts';
import { countDeliveries } from '../../../outbox/deliveries/list-deliveries.ts';
import { listTeams } from '../../../people/teams/find-team.ts';
import { countViews } from '../../../requests/views/count-views.ts';
import { listViews } from '../../../requests/views/find-view.ts';
import { countText } from '../parts/format.ts';
import { SHIPPED_VIEWS, type ShippedView } from '../list/query.ts';
import { layoutWords } from './layout-words.ts';
import type { Visit } from './visit.ts';

export type Entry = {
  readonly href: string;
  readonly title: string;
  readonly icon: string;
  readonly key?: string;
  /** Shown when there is something. */
  readonly count?: string;
};

export type Navigation = readonly { readonly title: string; readonly entries: readonly Entry[] }[];

const SHIPPED: readonly { readonly view: ShippedView; readonly icon: string; readonly key: string }[] = [
  { view: 'mine', icon: 'circle-user', key: 'g m' },
  { view: 'unassigned', icon: 'inbox', key: 'g u' },
  { view: 'teams', icon: 'users', key: 'g t' },
  { view: 'open', icon: 'circle', key: 'g o' },
  { view: 'due', icon: 'clock', key: 'g n' },
  { view: 'closed', icon: 'archive', key: 'g c' },
];
/** The closed ones are all there ever were: nobody reads their number. */
const COUNTED = SHIPPED.filter(({ view }) => view !== 'closed');

/** Where one can go, with how much waits there. */
export async function readNavigation(visit: Visit): Promise<Navigation> {
  const { deps, actor, say } = visit;
  const words = say(layoutWords);
  const views = (await listViews(deps, actor, { sort: { field: 'name', descending: false }, limit: 50 }))
    .items;
  const [counts, teams, held, failed] = await Promise.all([
    countViews(deps, actor, {
      viewIds: views.map((view) => view.id),
      queries: COUNTED.map(({ view }) => SHIPPED_VIEWS[view]),
    }),
    listTeams(deps, actor, {
      filters: { memberId: actor.operatorId },
      sort: { field: 'id', descending: true },
      limit: 1,
    }),
    countIntake(deps, actor, { outcome: ['quarantined'] }),
    countDeliveries(deps, actor, { state: ['failed', 'bounced'] }),
  ]);
  const shown = (count: number, capped = false) =>
    count === 0 ? {} : { count: countText({ count, capped }) };
  const countOf = (fits: (count: (typeof counts)[number]) => boolean) => {
    const found = counts.find((each) => fits(each));
    return found === undefined ? {} : shown(found.count, found.capped);
  };
  return [
    {
      title: words.views,
      entries: SHIPPED.filter(({ view }) => view !== 'teams' || teams.items.length > 0).map(
        ({ view, icon, key }) => ({
          href: `/requests?view=${view}`,
          title: words[view],
          icon,
          key,
          ...countOf(({ viewId, query }) => viewId === null && query === SHIPPED_VIEWS[view]),
        }),
      ),
    },
    ...(views.length === 0
      ? []
      : [
          {
            title: words.savedViews,
            entries: views.map(({ id, name, query }) => ({
              href: `/requests?${query}`,
              title: name,
              icon: 'tag',
              ...countOf(({ viewId }) => viewId === id),
            })),
          },
        ]),
    {
      title: words.desk,
      entries: [
        {
          href: '/quarantine',
          title: words.quarantine,
          icon: 'shield-alert',
          key: 'g q',
          ...shown(held),
        },
        {
          href: '/deliveries',
          title: words.deliveries,
          icon: 'send',
          key: 'g d',
          ...shown(failed),
        },
        { href: '/mailboxes', title: words.mailboxes, icon: 'mailbox' },
        { href: '/overview', title: words.overview, icon: 'chart-column', key: 'g v' },
        { href: '/settings', title: words.settings, icon: 'settings', key: 'g s' },
        { href: '/keys', title: words.keys, icon: 'keyboard', key: '?' },
      ],
    },
  ];
}
