import type { SourceHealth } from '../../../intake/sources/source-work.ts';
import { SOURCES } from '../../../intake/sources/sources.ts';
import type { Deps } from '../../../platform/deps.ts';

/** What each source says of its mailboxes, with the name under which /readyz lists those that are overdue. */
export async function findSourcesHealth(
  deps: Pick<Deps, 'db' | 'clock'>,
): Promise<readonly (SourceHealth & { readonly overdueAs: string })[]> {
  return Promise.all(
    Object.values(SOURCES).map(async ({ overdueAs, work }) => {
      const { health } = await work();
      return { overdueAs, ...(await health(deps)) };
    }),
  );
}

/** No mailbox is overdue, as far as anybody knows. */
export function noneOverdue(): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(Object.values(SOURCES).map(({ overdueAs }) => [overdueAs, []]));
}
