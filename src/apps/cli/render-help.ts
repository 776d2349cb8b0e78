import type { ListedCommand, Options } from './command.ts';
import { GLOBAL_OPTIONS } from './parse-command-line.ts';
import { renderTable } from './render-table.ts';

const CALL = 'npx mailroom';

/** Help on one command, on a group such as `operator`, or, for '', on all. */
export async function renderHelp(of: string, commands: readonly ListedCommand[]): Promise<string> {
  const command = commands.find((each) => each.name === of);
  if (command !== undefined) return helpOnCommand(command);
  const listed = commands.filter((each) => of === '' || each.name.startsWith(`${of} `));
  return [
    `Usage: ${CALL} ${of === '' ? '' : `${of} `}COMMAND [OPTIONS]`,
    '',
    renderTable(listed.map((each) => [`  ${each.name}`, each.summary])),
    '',
    'Each command explains itself with --help and prints JSON with --json. Settings come from the environment and',
    'from .env, as for the server; commands work beside a running one. Exit status: 0 done, 1 failed, 2 wrong usage.',
    '',
  ].join('\n');
}

async function helpOnCommand({ name: words, summary, load }: ListedCommand): Promise<string> {
  const { options } = await load();
  const call = Object.entries(options).map(([name, option]) => {
    const spelt = optionCall(name, option);
    return option.required === true ? spelt : `[${spelt}]`;
  });
  return [
    `Usage: ${[CALL, words, ...call].join(' ')} [--json]`,
    '',
    summary,
    '',
    renderTable(optionRows({ ...options, ...GLOBAL_OPTIONS })),
    '',
  ].join('\n');
}

function optionRows(options: Options): string[][] {
  return Object.entries(options).map(([name, option]) => [`  ${optionCall(name, option)}`, option.sentence]);
}

function optionCall(name: string, option: Options[string]): string {
  return option.type === 'boolean' ? `--${name}` : `--${name} ${option.value ?? 'VALUE'}`;
}
