import { connect } from '../../../src/platform/db/connect.ts';
import { ensure, type Figures, type Proof, type ProofPlace } from '../proof.ts';
import { fillListsDesk } from './desk.ts';
import { type ReadPage, sweepLists } from './sweep.ts';

const MANY = Number(process.env['LISTS_MANY'] ?? 1_000_000);
/** What a page should take, in milliseconds of CPU. */
const AIM = 100;
/** And what none may: twice as much is what other work on the machine makes of it, and a list that is read whole takes thousands. */
const MOST = 500;
const SHOWN = 20;

/** Each list of a desk of years: every filter by every sort, as it is read by those who see all of it and by those who see a part. */
export const lists: Proof = {
  name: 'lists',
  title: 'Every list of a million requests, by every filter and every sort',
  run,
};

async function run({ url, progress }: ProofPlace): Promise<Figures> {
  progress('filling');
  const db = connect(url, { max: 4 });
  await fillListsDesk(db, MANY).finally(() => db.end());
  const figures = figuresOf(await sweepLists(url, { bound: AIM, progress }));
  return { requests: MANY.toLocaleString('en'), ...figures };
}

/** The dearest pages, which are to be looked at first. Throws when one takes what none may. */
export function figuresOf(pages: readonly ReadPage[]): Figures {
  const dear = pages.filter(({ ms }) => ms > AIM);
  const [worst] = pages;
  const middle = pages[pages.length >> 1];
  for (const { name, ms } of dear) console.log(`  ${ms.toFixed(0)} ms: ${name}`);
  ensure((worst?.ms ?? 0) <= MOST, `no page takes ${MOST} ms: ${worst?.name ?? 'none'}`);
  return {
    pages: pages.length.toLocaleString('en'),
    'CPU of a page at the median': `${middle?.ms.toFixed(0) ?? 0} ms`,
    [`of more than ${AIM} ms`]: dear.length,
    ...Object.fromEntries(dear.slice(0, SHOWN).map(({ name, ms }) => [name, `${ms.toFixed(0)} ms`])),
  };
}
