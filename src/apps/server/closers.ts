import type { Log } from '../../platform/log.ts';

export type Closer = {
  readonly what: string;
  readonly close: () => Promise<void> | void;
  /** Work under way, which is finished side by side before anything it needs is let go of. */
  readonly works?: true;
};

/** Lets go of every part, the last one first, work under way before all others; does nothing the second time. */
export async function closeAll(closers: Closer[], log: Log): Promise<void> {
  const all = closers.splice(0).toReversed();
  await Promise.all(all.filter((closer) => closer.works === true).map((closer) => closeOne(closer, log)));
  for (const closer of all.filter((each) => each.works !== true)) await closeOne(closer, log);
}

// One that fails must not keep the rest from being let go of, the database above all.
async function closeOne(closer: Closer, log: Log): Promise<void> {
  try {
    await closer.close();
  } catch (error) {
    log.error({ error, part: closer.what }, 'a part did not stop cleanly');
  }
}
