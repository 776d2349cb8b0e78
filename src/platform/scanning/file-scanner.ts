import type { Deps } from '../deps.ts';
import { keepLooking, type Looking } from '../jobs/keep-looking.ts';
import { reasonOf, scanFile, type ScanningDeps } from './scan-file.ts';
import { findScannedTo, listFilesToScan, moveScannedTo, type ScannedKind } from './scan-queries.ts';

export type FileScannerDeps = ScanningDeps &
  Pick<Deps, 'log'> & {
    /** Told of each attachment that is held. */
    readonly attachmentHeld: (attachmentId: number, reason: string) => Promise<void>;
  };

const LOOK_EVERY_MS = 2000;
const AT_ONCE = 50;
/** Longer than any transaction that files something. */
const SETTLED_MS = 5 * 60_000;
const KINDS = ['attachment', 'original'] as const satisfies readonly ScannedKind[];

/** Scans what came in, soon after it was filed; while the scanner does not answer it waits, and so does who wants it. */
export function startFileScanner(deps: FileScannerDeps): Looking {
  return keepLooking((stop) => scanWaiting(deps, stop), {
    everyMs: LOOK_EVERY_MS,
    log: deps.log,
    failed: 'files wait for the virus scanner',
  });
}

/** Scans every file that waits; returns how many. Rejects when the scanner does not answer. */
export async function scanWaiting(deps: FileScannerDeps, stop?: AbortSignal): Promise<number> {
  let scanned = 0;
  for (const what of KINDS) {
    const after = await findScannedTo(deps.db, what);
    for (;;) {
      const files = await listFilesToScan(deps.db, what, { after, limit: AT_ONCE });
      for (const file of files) {
        if (stop?.aborted === true) return scanned;
        await scanOne(deps, { ...file, what });
        scanned += 1;
      }
      if (files.length < AT_ONCE) break;
    }
    await moveScannedTo(deps.db, what, new Date(deps.clock.now().getTime() - SETTLED_MS));
  }
  return scanned;
}

async function scanOne(
  deps: FileScannerDeps,
  file: { readonly what: ScannedKind; readonly id: number; readonly size: number },
): Promise<void> {
  const reason = reasonOf(await scanFile(deps, file));
  if (reason === null) return;
  deps.log.warn({ what: file.what, id: file.id, reason }, 'a file is held');
  if (file.what === 'attachment') await deps.attachmentHeld(file.id, reason);
}
