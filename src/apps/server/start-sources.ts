import type { FetchingOptions, SourceDeps } from '../../intake/sources/source-work.ts';
import { SOURCES } from '../../intake/sources/sources.ts';

export type RunningSource = { readonly name: string; readonly stop: () => Promise<void> };

/** Starts whatever every source fetches. */
export async function startSources(
  deps: SourceDeps,
  options: FetchingOptions,
): Promise<readonly RunningSource[]> {
  const running: RunningSource[] = [];
  for (const { name, work } of Object.values(SOURCES)) {
    const fetching = (await work()).startFetching?.(deps, options);
    if (fetching !== undefined) running.push({ name, stop: fetching.stop });
  }
  return running;
}
