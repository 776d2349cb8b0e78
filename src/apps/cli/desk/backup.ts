import { ownAppSecret } from '../../../platform/app-secret.ts';
import { backUp } from '../../../platform/db/backup/back-up.ts';
import { findClusterOwner } from '../../../platform/db/embedded/cluster.ts';
import { createKeyring } from '../../../platform/keyring.ts';
import { commandAlone, type BarePlace } from '../command.ts';
import { megabytes } from './files-move.ts';

export const backupCommand = commandAlone({
  options: {
    to: {
      type: 'string',
      value: 'FOLDER',
      sentence: 'The folder to make; it must not be there yet.',
      required: true,
    },
    'without-secret': {
      type: 'boolean',
      sentence:
        'Leave DATA_DIR/app-secret out: keep it elsewhere, for without it no stored credential can be opened.',
    },
  },
  async run(place, { to, 'without-secret': withoutSecret }) {
    const { dataDir, appSecrets } = embeddedOnly(place);
    // Before anything else: both the secret and the database would be made, and the back-up be of an empty desk.
    if ((await findClusterOwner(dataDir)) === undefined)
      throw new Error(`There is no database in ${dataDir}: set DATA_DIR as the server has it.`);
    const keyring = createKeyring(appSecrets ?? [await ownAppSecret(dataDir)]);
    const withSecret = appSecrets === null && !withoutSecret;
    const manifest = await backUp({
      dataDir,
      to,
      keyring,
      withSecret,
      at: place.clock.now(),
      log: place.log,
    });
    const bytes = manifest.files.reduce((sum, { size }) => sum + size, 0);
    const secret = withSecret
      ? 'The secret that opens stored credentials is in it: keep it as you keep passwords.'
      : 'APP_SECRET is not in it, and without it no stored credential can be opened: keep it, too.';
    const bucket = place.config.bucket === undefined ? '' : ' Files in the bucket are not in it.';
    return {
      text: `${manifest.files.length} files, ${megabytes(bytes)}, are in ${to}. ${secret}${bucket}\n`,
      json: { to, files: manifest.files.length, bytes, at: manifest.at, withSecret },
    };
  },
});

/** The settings, of a desk with an embedded database. */
export function embeddedOnly({ config }: BarePlace): BarePlace['config'] {
  if (config.databaseUrl === null) return config;
  throw new Error(
    'DATABASE_URL names a PostgreSQL of your own: back it up and restore it with its own tools, such as pg_dump and ' +
      'pg_restore; docs/backup.md tells how.',
  );
}
