import { parseArgs } from 'node:util';
import type { Command, ListedCommand, Option, Options } from './command.ts';
import { nearest } from './nearest.ts';

export type CommandLine =
  | { readonly kind: 'help'; readonly of: string }
  | { readonly kind: 'usage'; readonly message: string; readonly of: string }
  | CommandCall;

/** A command with what it is called with. */
export type CommandCall = {
  readonly kind: 'run';
  readonly command: Command;
  readonly json: boolean;
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
};

/** Options that every command has. */
export const GLOBAL_OPTIONS: Options = {
  json: { type: 'boolean', sentence: 'Prints JSON instead of text.' },
  help: { type: 'boolean', sentence: 'Explains the command and does nothing.' },
};

/** Makes sense of the arguments; what makes none comes back as a usage message that names the nearest thing. */
export async function parseCommandLine(
  args: readonly string[],
  commands: readonly ListedCommand[],
): Promise<CommandLine> {
  const globals = args.findIndex((arg) => !isGlobalFlag(arg));
  const start = globals === -1 ? args.length : globals;
  const before = args.slice(0, start);
  const words = leadingWords(args.slice(start));
  const rest = [...before, ...args.slice(start + words.length)];
  const wantsHelp = words[0] === 'help' || rest.some((arg) => arg === '--help' || arg === '-h');
  const named = words[0] === 'help' ? words.slice(1) : words;

  const listed = commands.find((each) => each.name === named.slice(0, wordCount(each)).join(' '));
  if (listed === undefined) return withoutCommand(named, wantsHelp, commands);
  if (wantsHelp) return { kind: 'help', of: listed.name };
  return parseOptions(listed.name, await listed.load(), [...named.slice(wordCount(listed)), ...rest]);
}

function isGlobalFlag(arg: string): boolean {
  return arg === '--json' || arg === '--help' || arg === '-h';
}

function leadingWords(args: readonly string[]): readonly string[] {
  const end = args.findIndex((arg) => arg.startsWith('-'));
  return end === -1 ? args : args.slice(0, end);
}

function wordCount(command: ListedCommand): number {
  return command.name.split(' ').length;
}

function withoutCommand(
  words: readonly string[],
  wantsHelp: boolean,
  commands: readonly ListedCommand[],
): CommandLine {
  const [first, second] = words;
  if (first === undefined) return wantsHelp ? { kind: 'help', of: '' } : usage('Name a command.', '');
  const group = commands.filter((each) => each.name.startsWith(`${first} `));
  if (group.length > 0) {
    if (second === undefined) return wantsHelp ? { kind: 'help', of: first } : usage(`${first} what?`, first);
    const near = nearest(
      second,
      group.map((each) => each.name.slice(first.length + 1)),
    );
    return usage(`There is no command ${first} ${second}.${didYouMean(near && `${first} ${near}`)}`, first);
  }
  const typed = words.slice(0, 2).join(' ');
  const groups = commands.map((each) => each.name.split(' ')[0] ?? '');
  const near =
    nearest(
      typed,
      commands.map((each) => each.name),
    ) ?? nearest(first, groups);
  return usage(`There is no command ${typed}.${didYouMean(near)}`, '');
}

function parseOptions(name: string, command: Command, args: readonly string[]): CommandLine {
  const options: Options = { ...command.options, ...GLOBAL_OPTIONS };
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(Object.entries(options).map(([each, { type }]) => [each, { type }])),
  });
  const values: Record<string, string | boolean | undefined> = {};
  for (const token of tokens) {
    if (token.kind === 'positional') return usage(`${token.value} is one argument too many.`, name);
    if (token.kind !== 'option') continue;
    const option = options[token.name];
    if (option === undefined) {
      const near = nearest(token.name, Object.keys(options));
      return usage(`${name} has no option ${token.rawName}.${didYouMean(near && `--${near}`)}`, name);
    }
    if (values[token.name] !== undefined) return usage(`${token.rawName} is given twice.`, name);
    const fault = valueFault(option.type, token.rawName, token.value, token.inlineValue === true);
    if (fault !== null) return usage(fault, name);
    values[token.name] = option.type === 'boolean' ? true : token.value;
  }
  for (const [each, option] of Object.entries(command.options)) {
    if (option.type === 'boolean') values[each] ??= false;
    else if (option.required === true && values[each] === undefined) {
      return usage(`${name} needs --${each} ${option.value ?? 'VALUE'}.`, name);
    }
  }
  return { kind: 'run', command, json: values['json'] === true, values };
}

function valueFault(
  type: Option['type'],
  name: string,
  value: string | undefined,
  inline: boolean,
): string | null {
  if (type === 'boolean') return inline ? `${name} takes no value.` : null;
  if (value === undefined || value === '') return `${name} needs a value.`;
  if (!inline && value.startsWith('-'))
    return `${name} needs a value (write ${name}=${value} if that is the value).`;
  return null;
}

function didYouMean(name: string | null): string {
  return name === null ? '' : ` Did you mean ${name}?`;
}

function usage(message: string, of: string): CommandLine {
  return { kind: 'usage', message, of };
}
