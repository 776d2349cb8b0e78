import { type WorkDeps, workJira } from './work-jira.ts';

export type JiraWorker = {
  /** Looks at once, or again when it is looking. */
  readonly wake: () => void;
  readonly stop: () => Promise<void>;
};

const LOOK_EVERY_MS = 5000;

/** Looks every few seconds what there is to do between the desk and Jira, until it is stopped. */
export function startJiraWorker(
  deps: WorkDeps,
  { everyMs = LOOK_EVERY_MS }: { readonly everyMs?: number | undefined } = {},
): JiraWorker {
  const stopping = new AbortController();
  let isWoken = false;
  let wake = () => {
    isWoken = true;
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      isWoken = false;
      try {
        await workJira(deps, stopping.signal);
      } catch (error) {
        deps.log.error({ error }, 'the work between desk and Jira failed; it is tried again');
      }
      if (isWoken || stopping.signal.aborted) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, everyMs);
        wake = () => {
          isWoken = true;
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  const running = run();
  return {
    wake: () => wake(),
    async stop() {
      stopping.abort();
      wake();
      await running;
    },
  };
}
