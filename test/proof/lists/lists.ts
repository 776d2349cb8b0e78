import { connect } from '../../../src/platform/db/connect.ts';
import { ensure, type Figures, type Proof, type ProofPlace } from '../proof.ts';
import { fillListsDesk } from './desk.ts';
import { type ReadPage, sweepLists } from './sweep.ts';

const MANY = Number(process.env['LISTS_MANY'] ?? 1_000_000);
/** One page of so many is read, by the seed; 1: all 22,000, in an hour or more. */
const ONE_OF = Number(process.env['LISTS_ONE_OF'] ?? 12);
const SEED = process.env['LISTS_SEED'] ?? '';
/** A desk that an earlier run has filled and somebody has kept. */
const FILLED = process.env['LISTS_URL'];
/** What a page should take, in milliseconds of CPU. */
const AIM = 100;
/**
 * And what none may. The load of the machine is taken off by a loop that lies in a core's caches, which lists do not: the rest of it, and
 * what is still to be mended, is what is let through.
 */
const MOST = 400;
/**
 * What is not always reached, and may take so long: the beginning of an address that 55,000 requests have is read whole where a page
 * of them is not among the first thousands.
 */
const DEAR: readonly (readonly [name: RegExp, most: number])[] = [[/"q":"from:contact7"/, 800]];
const SHOWN = 20;

/** Each list of a desk of years: every filter by every sort, as it is read by those who see all of it and by those who see a part. */
export const lists: Proof = {
  name: 'lists',
  title: 'Every list of a million requests, by every filter and every sort',
  run,
};

async function run({ url, progress }: ProofPlace): Promise<Figures> {
  if (FILLED === undefined) {
    progress('filling');
    const db = connect(url, { max: 4 });
    await fillListsDesk(db, MANY).finally(() => db.end());
  }
  const dear = new RegExp(DEAR.map(([name]) => name.source).join('|'));
  const pages = await sweepLists(FILLED ?? url, { oneOf: ONE_OF, seed: SEED, bound: AIM, dear, progress });
  return { requests: MANY.toLocaleString('en'), ...figuresOf(pages) };
}

/** The dearest pages, which are to be looked at first. Throws when one takes what none may. */
function figuresOf(pages: readonly ReadPage[]): Figures {
  const over = pages.filter(({ ms }) => ms > AIM);
  for (const { name, ms } of over) console.log(`  ${ms.toFixed(0)} ms: ${name}`);
  const mostOf = (page: ReadPage) => DEAR.find(([name]) => name.test(page.name))?.[1] ?? MOST;
  const worst = pages.find((page) => page.ms > mostOf(page));
  ensure(
    worst === undefined,
    `no page takes more than it may: ${worst?.name} took ${worst?.ms.toFixed(0)} ms`,
  );
  const byFilters = dearest(pages, 0);
  const bySort = dearest(pages, 1);
  for (const { kind, ms } of [byFilters, bySort])
    ensure(
      ms <= AIM,
      `half of the pages of each list take no more than ${AIM} ms: ${kind} took ${ms.toFixed(0)} ms`,
    );
  const isDear = ({ name }: ReadPage) => DEAR.some(([dear]) => dear.test(name));
  const middle = pages[pages.length >> 1];
  const shown = over.filter((page) => !isDear(page)).slice(0, SHOWN);
  return {
    'pages read, of those there are one of': `${pages.length.toLocaleString('en')}, ${ONE_OF}`,
    'CPU of a page at the median': `${middle?.ms.toFixed(0) ?? 0} ms`,
    'by what filters it is the most': `${byFilters.kind}, ${byFilters.ms.toFixed(0)} ms`,
    'by what sort it is the most': `${bySort.kind}, ${bySort.ms.toFixed(0)} ms`,
    [`of more than ${AIM} ms, of these not among the known`]: `${over.length}, ${over.filter((page) => !isDear(page)).length}`,
    ...Object.fromEntries(
      DEAR.map(([dear]) => {
        const found = pages.filter(({ name }) => dear.test(name));
        return [
          `known: ${dear.source.replaceAll('"', '')}, pages, slowest`,
          `${found.length}, ${found[0]?.ms.toFixed(0) ?? 0} ms`,
        ];
      }),
    ),
    ...Object.fromEntries(shown.map(({ name, ms }) => [name, `${ms.toFixed(0)} ms`])),
  };
}

/** Of all filters, or of all sorts, the one whose pages take the most at the median; those read no more than three times say nothing. */
function dearest(pages: readonly ReadPage[], which: 0 | 1): { readonly kind: string; readonly ms: number } {
  const medians = [...Map.groupBy(pages, ({ kinds }) => kinds[which])]
    .filter(([, of]) => of.length > 3)
    .map(([kind, of]) => ({
      kind,
      ms: of.map(({ ms }) => ms).toSorted((a, b) => a - b)[of.length >> 1] ?? 0,
    }));
  return medians.reduce((most, each) => (each.ms > most.ms ? each : most), { kind: '', ms: 0 });
}
