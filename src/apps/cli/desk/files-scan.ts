import { scanAgain } from '../../../platform/scanning/scan-again.ts';
import { command } from '../command.ts';

export const filesScan = command({
  options: {
    all: {
      type: 'boolean',
      sentence:
        'Scan every original and attachment that came in, also those from before there was a scanner.',
    },
  },
  async run(desk, { all }) {
    if (desk.scanner === undefined)
      throw new Error('There is no virus scanner: set CLAMD_URL, as the server has it (.env.example).');
    const files = await scanAgain(desk, all ? 'all' : 'held');
    const trouble = await desk.scanner.trouble();
    return {
      text: `${files} files wait to be scanned${trouble === null ? '; the servers do it now' : ''}.\n`,
      json: { files, trouble },
      ...(trouble === null ? {} : { warning: `They wait until the scanner answers: ${trouble}` }),
    };
  },
});
