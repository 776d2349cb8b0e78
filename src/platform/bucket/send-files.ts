import { type Moved, moveFiles, type MovingDeps } from './move-files.ts';
import { type FilesPlace, savePlace } from './move-queries.ts';

/** Says where files are to lie from now on, to every process, and moves those that lie elsewhere. */
export async function sendFiles(
  deps: MovingDeps,
  { to, told }: { readonly to: FilesPlace; readonly told: (moved: Moved) => void },
): Promise<Moved> {
  // First, so that no server moves back what this moves.
  await savePlace(deps.db, to, deps.clock.now());
  return moveFiles(deps, { to, told });
}
