import { ownAppSecret } from '../../../platform/app-secret.ts';
import { opensSealed } from '../../../platform/db/backup/manifest.ts';
import { restore } from '../../../platform/db/backup/restore.ts';
import { connect } from '../../../platform/db/connect.ts';
import { startEmbeddedPostgres } from '../../../platform/db/embedded/start-embedded.ts';
import { createKeyring } from '../../../platform/keyring.ts';
import { commandAlone, type BarePlace } from '../command.ts';
import { embeddedOnly } from './backup.ts';

export const restoreCommand = commandAlone({
  options: {
    from: {
      type: 'string',
      value: 'FOLDER',
      sentence: 'The folder that mailroom backup made.',
      required: true,
    },
  },
  async run(place, { from }) {
    const { dataDir, appSecrets } = embeddedOnly(place);
    const manifest = await restore({ from, dataDir });
    const counts = await countRestored(place);
    const opens = opensSealed(manifest, createKeyring(appSecrets ?? [await ownAppSecret(dataDir)]));
    const text = `Restored to ${manifest.at}: ${counts.requests} requests, ${counts.messages} messages, ${counts.intake} emails handed over.\n`;
    return {
      text,
      json: { at: manifest.at, ...counts, credentialsOpen: opens },
      ...(opens
        ? {}
        : {
            failed: true,
            warning:
              'The stored credentials were sealed with another APP_SECRET: set the one of that time, before the present one if ' +
              'there is one, separated by a comma, and start Mailroom.',
          }),
    };
  },
});

type Counts = { readonly requests: number; readonly messages: number; readonly intake: number };

// It starts only when PostgreSQL has brought its files to one moment.
async function countRestored({ config, log }: BarePlace): Promise<Counts> {
  const server = await startEmbeddedPostgres({ dataDir: config.dataDir, log });
  const db = connect(server.url, { max: 1 });
  try {
    const [counts] = await db<Counts[]>`
      select (select count(*) from requests) as requests, (select count(*) from messages) as messages,
        (select count(*) from intake) as intake`;
    if (counts === undefined) throw new Error('a select without from gives a row');
    return { ...counts };
  } finally {
    await db.end({ timeout: 5 });
    await server.stop();
  }
}
