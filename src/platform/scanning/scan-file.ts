import { slicesOf } from '../bucket/bytes.ts';
import type { KeptFile } from '../bucket/kept-tables.ts';
import { BucketFault } from '../bucket/bucket.ts';
import { readingOf } from '../bucket/read-stored.ts';
import type { Deps } from '../deps.ts';
import { Problem } from '../problems.ts';
import { markScanned } from './scan-queries.ts';
import { type Scanner, ScannerAway, type ScanVerdict } from './scanner.ts';

/** What is known of a file: `waiting` until it was scanned, `held` when something was found or it cannot be scanned. */
export type ScanState = 'waiting' | 'clean' | 'held';

export type ScannedFile = KeptFile & {
  readonly size: number;
  readonly scan: ScanState | null;
  readonly scanReason: string | null;
};

export type ScanningDeps = Pick<Deps, 'db' | 'bucket' | 'clock'> & { readonly scanner: Scanner };

/**
 * Lets nobody have a file that was not scanned while there is a scanner, or that is held. One that no look has come to yet
 * is scanned now. The refusal says why.
 */
export async function ensureClean(
  deps: Pick<Deps, 'db' | 'bucket' | 'clock' | 'scanner'>,
  file: ScannedFile,
): Promise<void> {
  const { scanner } = deps;
  if (file.scan === 'held') throw heldProblem(file.scanReason);
  if (file.scan === 'clean' || scanner === undefined) return;
  const verdict = await scanFile({ ...deps, scanner }, file).catch(waitsFor);
  if (verdict.kind !== 'clean') throw heldProblem(reasonOf(verdict));
}

/**
 * Scans a stored file and keeps what was found; one that the bucket has lost is not scannable. Rejects with `ScannerAway` when
 * nobody can scan now.
 */
export async function scanFile(
  deps: ScanningDeps,
  file: KeptFile & { readonly size: number },
): Promise<ScanVerdict> {
  const verdict = await deps.scanner
    .scan(() => slicesOf(file.size, readingOf(deps, file)))
    .catch(unscannableWhenLost);
  await markScanned(deps.db, file, {
    scan: verdict.kind === 'clean' ? 'clean' : 'held',
    reason: reasonOf(verdict),
    at: deps.clock.now(),
  });
  return verdict;
}

// It stays lost until somebody brings it back and has it scanned again; meanwhile every file behind it would wait.
function unscannableWhenLost(error: unknown): ScanVerdict {
  if (error instanceof BucketFault && (error.kind === 'missing' || error.kind === 'damaged'))
    return { kind: 'unscannable', why: error.message };
  throw error;
}

/** Why a file is held; null when it is not. */
export function reasonOf(verdict: ScanVerdict): string | null {
  if (verdict.kind === 'found') return `found: ${verdict.name}`.slice(0, 500);
  return verdict.kind === 'unscannable' ? `not scannable: ${verdict.why}`.slice(0, 500) : null;
}

/** How a file stands for whoever looks at it. On a desk without a scanner nothing waits, and what was held once still is. */
export function scanStateOf(scan: ScanState | null, scanner: Scanner | undefined): ScanState | null {
  if (scan === 'held') return scan;
  return scanner === undefined ? null : (scan ?? 'waiting');
}

function heldProblem(reason: string | null): Problem {
  return new Problem(
    'file_held',
    `The virus scanner holds this file back (${reason ?? 'for no known reason'}).`,
    {
      members: { scan: 'held', scanReason: reason },
    },
  );
}

function waitsFor(error: unknown): never {
  if (!(error instanceof ScannerAway)) throw error;
  throw new Problem('file_held', `The file waits for the virus scanner: ${error.message}.`, {
    members: { scan: 'waiting', scanReason: null },
    retryAfterSeconds: 30,
  });
}
