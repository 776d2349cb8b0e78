import { RefusedCall } from './strict.ts';

export type FaultKind = 'lost' | 'error' | 'html' | 'unauthorized' | 'burst' | 'quota' | 'per-issue' | 'slow';

export type Faults = ReturnType<typeof createFaults>;

/** Faults on order: what goes wrong next, and with which calls. */
export function createFaults() {
  const ordered: { kind: FaultKind; method: string; path: RegExp }[] = [];
  const faults = {
    /** What goes wrong with calls that nothing was ordered for. */
    decide: (_method: string, _path: string): FaultKind | null => null,
    /** The next call that fits goes wrong; `lost` does what was asked and answers nothing. */
    order(kind: FaultKind, method = 'POST', path = /./): void {
      ordered.push({ kind, method, path });
    },
    clear: () => ordered.splice(0),
    left: () => ordered.length,
    /** What goes wrong with this call, once. */
    take(method: string, path: string): FaultKind | null {
      const at = ordered.findIndex((each) => each.method === method && each.path.test(path));
      return at === -1 ? faults.decide(method, path) : (ordered.splice(at, 1)[0]?.kind ?? null);
    },
  };
  return faults;
}

/** The refusal of a fault that happens before anything is done; null for one that happens after. */
export function refusalOf(kind: FaultKind): RefusedCall | null {
  switch (kind) {
    case 'lost':
    case 'slow':
      return null;
    case 'error':
      return new RefusedCall(500, { errorMessages: ['Internal server error'], errors: {} });
    case 'html':
      return new RefusedCall(502, '<html>Bad gateway</html>');
    case 'unauthorized':
      return new RefusedCall(401, { code: 401, message: 'Unauthorized' });
    case 'burst':
      return limited('jira-burst-based', 1);
    case 'quota':
      return limited('jira-quota-global-based', 60);
    case 'per-issue':
      return limited('jira-per-issue-on-write', 2);
  }
}

function limited(reason: string, seconds: number): RefusedCall {
  return new RefusedCall(
    429,
    { errorMessages: ['Rate limit exceeded.'], errors: {} },
    { 'retry-after': String(seconds), 'ratelimit-reason': reason, 'x-ratelimit-remaining': '0' },
  );
}
