import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openClamd } from '../../src/platform/scanning/open-clamd.ts';
import { scanWaiting } from '../../src/platform/scanning/file-scanner.ts';
import { ScannerAway } from '../../src/platform/scanning/scanner.ts';
import { connect } from '../../src/platform/db/connect.ts';
import { tellHeldFile } from '../../src/requests/scanning/tell-held-file.ts';
import { findAttachment } from '../../src/requests/messages/find-attachment.ts';
import { testApp } from '../support/app.ts';
import { EICAR } from '../support/clamd.ts';
import { insertInbound, insertRequest, testDesk } from '../support/desk.ts';
import { ensure, type Proof } from './proof.ts';

const CLAMD = '/usr/sbin/clamd';
const STREAM_MAX_MB = 5;
const STARTS_WITHIN_MS = 60_000;

/** The real daemon of Debian's clamav-daemon, which knows two signatures of ours: no database of them can be had here. */
export const clamav: Proof = {
  name: 'clamav',
  title: 'the real clamd finds what its signatures name, refuses what is too large, is killed and comes back',
  async run({ url, progress }) {
    await access(CLAMD).catch(() => {
      throw new Error(
        'this proof needs the real daemon: apt-get install --no-install-recommends clamav-daemon',
      );
    });
    const folder = await mkdtemp(join(tmpdir(), 'mailroom-clamd-'));
    const socket = join(folder, 'clamd.ctl');
    await writeSignatures(folder);
    let daemon = await startClamd(folder, socket);
    const scanner = openClamd({ path: socket });
    const db = connect(url, { max: 4 });
    try {
      const { deps } = testApp(db, { scanner });
      const desk = await testDesk(deps, ['Ann']);
      const scanning = {
        ...deps,
        scanner,
        attachmentHeld: (attachmentId: number, reason: string) =>
          tellHeldFile(deps, { attachmentId, reason }),
      };
      await scanWaiting(scanning);
      const requestId = await insertRequest(db, desk);
      const add = async (name: string, content: Buffer) =>
        insertInbound(db, desk, requestId, {
          attachment: { name, contentType: 'application/octet-stream', content },
        });
      await add('clean.bin', randomBytes(1_000_000));
      await add('eicar.com', Buffer.from(EICAR));
      await add('worm.txt', Buffer.from(`some words ${OWN_MARK} more words`));
      await add('mail.eml', mailWith(EICAR));
      await add('large.bin', randomBytes(STREAM_MAX_MB * 1_048_576 + 1_000_000));
      progress('scanning');
      const began = performance.now();
      await scanWaiting(scanning);
      const tookMs = Math.round(performance.now() - began);
      const states = await db<{ name: string; scan: string; scanReason: string | null }[]>`
        select name, scan, scan_reason from attachments order by id`;
      const said = Object.fromEntries(states.map(({ name, scan, scanReason }) => [name, scanReason ?? scan]));
      ensure(said['clean.bin'] === 'clean', 'a clean file is clean');
      ensure(
        /^found: .*Eicar/i.test(said['eicar.com'] ?? ''),
        `the EICAR file is found (${said['eicar.com']})`,
      );
      ensure(
        /^found: .*Mailroom/.test(said['worm.txt'] ?? ''),
        `our own signature is found (${said['worm.txt']})`,
      );
      ensure(
        /^found: .*Eicar/i.test(said['mail.eml'] ?? ''),
        `a file within a mail is found (${said['mail.eml']})`,
      );
      ensure(
        /StreamMaxLength/.test(said['large.bin'] ?? ''),
        `what is too large is held (${said['large.bin']})`,
      );

      progress('killing clamd');
      daemon.kill('SIGKILL');
      const { attachmentId } = await add('later.bin', randomBytes(100_000));
      const refused = await findAttachment(deps, desk.ann.actor, attachmentId ?? 0).then(
        () => 'given',
        (error: { code?: string }) => error.code,
      );
      ensure(refused === 'file_held', 'nobody gets a file while the scanner is away');
      const away = await scanWaiting(scanning).catch((error: unknown) => error);
      ensure(away instanceof ScannerAway, 'files wait for a scanner that was killed');
      daemon = await startClamd(folder, socket);
      ensure((await scanWaiting(scanning)) === 2, 'what waited is scanned when the scanner is back');
      return {
        'a clean file, EICAR, our own signature, EICAR within a mail, one over StreamMaxLength':
          Object.values(said).join('; '),
        'files scanned, and the milliseconds that took': `${states.length * 2}, ${tookMs}`,
        'while clamd was killed': 'the file waited and was not given; scanned after its restart',
      };
    } finally {
      daemon.kill('SIGKILL');
      await db.end();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

const OWN_MARK = 'mailroom-proof-worm-7f3a';

/** EICAR by the hash of the whole file, and by a pattern at its start; our own worm by a pattern anywhere. */
async function writeSignatures(folder: string): Promise<void> {
  const database = join(folder, 'database');
  await mkdir(database);
  const hex = (text: string) => Buffer.from(text).toString('hex');
  await writeFile(
    join(database, 'mailroom.ndb'),
    `Eicar-Test-Signature:0:0:${hex(EICAR)}\nMailroom.Proof.Worm:0:*:${hex(OWN_MARK)}\n`,
  );
}

async function startClamd(folder: string, socket: string) {
  await writeFile(
    join(folder, 'clamd.conf'),
    [
      `DatabaseDirectory ${join(folder, 'database')}`,
      `LocalSocket ${socket}`,
      'FixStaleSocket yes',
      'Foreground yes',
      `StreamMaxLength ${STREAM_MAX_MB}M`,
      'User root',
      '',
    ].join('\n'),
  );
  const daemon = spawn(CLAMD, ['--config-file', join(folder, 'clamd.conf')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [daemon.stdout, daemon.stderr])
    stream.on('data', (data: Buffer) => (said += data.toString()));
  const until = performance.now() + STARTS_WITHIN_MS;
  while ((await openClamd({ path: socket }).trouble()) !== null) {
    if (daemon.exitCode !== null || performance.now() > until)
      throw new Error(`clamd did not start: ${said.slice(-500)}`);
    await pause(100);
  }
  return daemon;
}

function mailWith(content: string): Buffer {
  const boundary = randomUUID();
  return Buffer.from(
    [
      'From: a@example.org',
      'Subject: a file',
      'MIME-Version: 1.0',
      `Content-Type: multipart/mixed; boundary="${boundary}"`,
      '',
      `--${boundary}`,
      'Content-Type: application/octet-stream; name=eicar.com',
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from(content).toString('base64'),
      `--${boundary}--`,
      '',
    ].join('\r\n'),
  );
}
