import { ownAppSecret } from '../../platform/app-secret.ts';
import type { Clock } from '../../platform/clock.ts';
import { outsideParts } from '../outside-parts.ts';
import type { Config } from '../config.ts';
import type { Db } from '../../platform/db/connect.ts';
import { databaseClock, type FollowedClock } from '../../platform/db/database-clock.ts';
import { migrate, newestVersion, schemaVersion } from '../../platform/db/migrate.ts';
import { openDatabase } from '../../platform/db/open-database.ts';
import { openMicrosoft } from '../../intake/microsoft/access/open-microsoft.ts';
import { MICROSOFT } from '../../intake/microsoft/graph/endpoints.ts';
import { graphTransport } from '../../intake/microsoft/sending/graph-transport.ts';
import { createTransports } from '../../outbox/accounts/transports.ts';
import { createKeyring } from '../../platform/keyring.ts';
import type { Command, Desk } from './command.ts';

export type OpenDesk = { readonly desk: Desk; readonly close: () => Promise<void> };

/** Opens what a command works on, beside a running server or without one. */
export async function openDesk(
  config: Config,
  schema: Command['schema'],
  given: Pick<Desk, 'log' | 'google' | 'tell' | 'openPage'> & { readonly clock: Clock | null },
): Promise<OpenDesk> {
  const { log, google, tell, openPage } = given;
  const { db, close } = await openDatabase(config, log, 2);
  try {
    let followed: FollowedClock | null = null;
    const clock = given.clock ?? (followed = await databaseClock(db, log));
    if (schema !== 'any') await requireSchema(db, clock.now());
    const outside = await outsideParts(config);
    const keyring = createKeyring(config.appSecrets ?? [await ownAppSecret(config.dataDir)]);
    const publicUrl = config.publicUrl ?? `http://localhost:${config.port}`;
    // It connects only when something is asked of it.
    const microsoft = openMicrosoft({ db, clock, log, keyring }, config.microsoft ?? MICROSOFT);
    const transports = createTransports({ db, keyring, log }, config.smtp, {
      publicUrl: config.publicUrl,
      publicOnly: config.smtpPublicOnly,
      openService: graphTransport(microsoft),
    });
    const closeAll = async (): Promise<void> => {
      followed?.stop();
      transports.close();
      await close();
    };
    return {
      desk: {
        db,
        ...outside,
        clock,
        log,
        keyring,
        transports,
        publicUrl,
        google,
        microsoft,
        tell,
        openPage,
        googleClient: config.googleClient,
      },
      close: closeAll,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

// A command of a newer version that migrated under a running older server would break it; an empty database has none.
async function requireSchema(db: Db, now: Date): Promise<void> {
  const [row] = await db<{ empty: boolean }[]>`select to_regclass('schema_migrations') is null as empty`;
  if (row?.empty === true) {
    await migrate(db, now);
    return;
  }
  const [version, newest] = [await schemaVersion(db), await newestVersion()];
  if (version === newest) return;
  throw new Error(
    version < newest
      ? `The database is at schema version ${version}, this Mailroom needs ${newest}: stop older servers, then run ` +
          'npx mailroom migrate'
      : `The database is at schema version ${version}, this Mailroom knows ${newest}: use the newer version that migrated it.`,
  );
}
