import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { findRelaySetup } from '../../../mailboxes/relay-secrets/find-relay-setup.ts';
import { gmailFilter } from '../../../intake/gmail/relay/gmail-filter.ts';
import { emitRelayScript } from '../../../intake/gmail/relay/relay-script.ts';
import { invalidField } from '../../../platform/problems.ts';
import { command } from '../command.ts';

const FILES = ['Code.gs', 'appsscript.json', 'mailFilters.xml'] as const;

type FileName = (typeof FILES)[number];

export const relayPrint = command({
  options: {
    mailbox: {
      type: 'string',
      value: 'ADDRESS',
      sentence: 'Which mailbox. Defaults to the only one.',
    },
    to: {
      type: 'string',
      value: 'FOLDER',
      sentence: `Writes ${FILES.join(', ')} there instead of printing.`,
    },
    file: {
      type: 'string',
      value: 'FILE',
      sentence: `Which of the files to print. Defaults to ${FILES[0]}.`,
    },
    'never-spam': {
      type: 'boolean',
      sentence:
        'Makes the filter keep everything out of Spam. Without it, what Gmail considers spam does not reach the desk.',
    },
  },
  async run(desk, values) {
    const name = FILES.find((each) => each === (values.file ?? FILES[0]));
    if (name === undefined) throw invalidField('/file', `is one of ${FILES.join(', ')}`);
    if (values.to !== undefined && values.file !== undefined) {
      throw invalidField('/file', 'is for printing: --to writes all of them');
    }
    const setup = await findRelaySetup(desk, { kind: 'system' }, { address: values.mailbox });
    const script = await emitRelayScript(setup);
    const files: Readonly<Record<FileName, string>> = {
      'Code.gs': script.code,
      'appsscript.json': script.manifest,
      'mailFilters.xml': gmailFilter({ neverSpam: values['never-spam'], updatedAt: desk.clock.now() }),
    };
    const warning = setup.url.startsWith('https://')
      ? {}
      : {
          warning: `Google cannot reach ${setup.url}: set PUBLIC_URL to the https:// address of this server.`,
        };
    if (values.to === undefined) return { text: files[name], json: { ...setup, files }, ...warning };
    const folder = await writeFiles(values.to, files);
    return { text: nextSteps(setup.address, folder), json: { ...setup, folder, files: FILES }, ...warning };
  },
});

// The script holds the secret: for its owner's eyes only, also where the file was there before.
async function writeFiles(folder: string, files: Readonly<Record<FileName, string>>): Promise<string> {
  const path = resolve(folder);
  await mkdir(path, { recursive: true });
  for (const name of FILES) {
    await writeFile(join(path, name), files[name], { mode: 0o600 });
    await chmod(join(path, name), 0o600);
  }
  return path;
}

function nextSteps(address: string, folder: string): string {
  return `Wrote ${FILES.join(', ')} to ${folder}.

Signed in to Gmail as ${address}:
1. On script.google.com make a project and paste Code.gs.
2. In its Project Settings have appsscript.json shown, and paste that file too.
3. Choose the function setup, press Run, tick every box on the consent page, and read the log.
4. In Gmail under Settings > Filters > Import filters choose mailFilters.xml.

Code.gs holds the relay secret: delete these files when the relay runs.
`;
}
