import type { Deps } from '../../platform/deps.ts';
import { tellHeldFile } from '../../requests/scanning/tell-held-file.ts';
import type { Closer } from './closers.ts';

/** What looks after files in the background: the one that moves them to the bucket, and the one that has them scanned. */
export async function startFileWorkers(
  { bucket, scanner, ...deps }: Pick<Deps, 'db' | 'clock' | 'log' | 'bucket' | 'scanner'>,
  closers: Closer[],
): Promise<void> {
  if (bucket !== undefined) {
    const { startFileMover } = await import('../../platform/bucket/file-mover.ts');
    const mover = startFileMover({ ...deps, bucket });
    closers.push({ what: 'file mover', close: mover.stop, works: true });
  }
  if (scanner !== undefined) {
    const { startFileScanner } = await import('../../platform/scanning/file-scanner.ts');
    const attachmentHeld = (attachmentId: number, reason: string) =>
      tellHeldFile(deps, { attachmentId, reason });
    const scanning = startFileScanner({ ...deps, bucket, scanner, attachmentHeld });
    closers.push({ what: 'file scanner', close: scanning.stop, works: true });
  }
}
