import type { Clock } from '../../platform/clock.ts';
import type { Config } from '../config.ts';
import type { Atlassian } from '../../integrations/jira/jira-deps.ts';
import type { OutboxDeps } from '../../outbox/deps.ts';
import type { Microsoft } from '../../intake/microsoft/access/open-microsoft.ts';
import type { GoogleClient, GoogleEndpoints } from '../../intake/gmail/google/endpoints.ts';

/** What a command works on: the same database and keys as the server's. */
export type Desk = Pick<
  OutboxDeps,
  'db' | 'bucket' | 'scanner' | 'clock' | 'log' | 'keyring' | 'transports' | 'publicUrl'
> & {
  /** Defaults to Atlassian itself. */
  readonly atlassian?: Atlassian;
  /** Defaults to Microsoft's own. */
  readonly microsoft?: Microsoft | undefined;
  /** The OAuth client of the settings. */
  readonly googleClient: GoogleClient | null;
  readonly google: GoogleEndpoints;
  /** Says a line on standard error while a long command is at work. */
  readonly tell: (line: string) => void;
  /** Opens a page in the browser of the person at the terminal; null without a browser. */
  readonly openPage: ((url: string) => void) | null;
};

export type Option = {
  readonly type: 'string' | 'boolean';
  /** How help names the value of a string: `ADDRESS`. */
  readonly value?: string;
  /** What it is for, one sentence. */
  readonly sentence: string;
  readonly required?: boolean;
};

export type Options = Readonly<Record<string, Option>>;

export type OptionValues<O extends Options> = {
  readonly [Name in keyof O]: O[Name]['type'] extends 'boolean'
    ? boolean
    : O[Name] extends { readonly required: true }
      ? string
      : string | undefined;
};

/** What a command has to say: `text` for people, `json` for machines, `warning` for either, on standard error. */
export type Printed = {
  readonly text: string;
  readonly json: unknown;
  readonly warning?: string;
  /** What was to be found out is that something is wrong: exit status 1. */
  readonly failed?: boolean;
};

export type Command = {
  readonly options: Options;
  /** `any`: runs on whatever schema it finds; otherwise the database must be at this version's (an empty one is brought there). */
  readonly schema?: 'any';
  readonly run: (
    desk: Desk,
    values: Readonly<Record<string, string | boolean | undefined>>,
  ) => Promise<Printed>;
  /** Instead of `run`, for a command that makes the desk or takes it away: nothing is opened for it. */
  readonly alone?: (
    place: BarePlace,
    values: Readonly<Record<string, string | boolean | undefined>>,
  ) => Promise<Printed>;
};

/** What a command without a desk works on. */
export type BarePlace = Pick<Desk, 'log' | 'tell'> & {
  readonly config: Config;
  readonly clock: Clock;
};

/** A command before its code is loaded. */
export type ListedCommand = {
  /** The words that call it: `operator add`. */
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
};

/** Declares a command that works on the settings alone. */
export function commandAlone<const O extends Options>(declared: {
  readonly options: O;
  readonly run: (place: BarePlace, values: OptionValues<O>) => Promise<Printed>;
}): Command {
  return {
    options: declared.options,
    run: () => Promise.reject(new Error('this command takes no desk')),
    alone: (place, values) => declared.run(place, values as OptionValues<O>),
  };
}

/** Declares a command so that `run` sees each option with the type that its declaration gives it. */
export function command<const O extends Options>(
  declared: Omit<Command, 'run' | 'options'> & {
    readonly options: O;
    readonly run: (desk: Desk, values: OptionValues<O>) => Promise<Printed>;
  },
): Command {
  // The parser gives every declared option its declared type, and no other option.
  return { ...declared, run: (desk, values) => declared.run(desk, values as OptionValues<O>) };
}
