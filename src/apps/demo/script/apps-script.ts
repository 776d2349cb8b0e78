import vm from 'node:vm';
import type { Clock } from '../../../platform/clock.ts';
import { createExecution, type ExecutionHooks, type ExternalCall } from './execution.ts';
import type { HttpReply, HttpRequest } from '../google/rest.ts';
import {
  createLockService,
  createProject,
  createPropertiesService,
  createScriptApp,
  createUtilities,
  type ScriptProject,
} from './services.ts';
import { strict } from './strict.ts';
import { createUrlFetchApp, type PostRequest } from './url-fetch.ts';

export type ScriptFunction = 'setup' | 'tick' | 'status' | 'uninstall';

/** How a run ended: by itself, by an exception that Google would mail to the owner, or by Apps Script. */
export type RunEnd =
  { readonly end: 'done' | 'killed' } | { readonly end: 'threw'; readonly message: string };

export type LogLine = { readonly level: 'log' | 'warn' | 'error'; readonly text: string };

export type AppsScriptOptions = {
  readonly code: string;
  readonly manifest: string;
  readonly clock: Clock;
  readonly gmail: (request: HttpRequest) => HttpReply;
  readonly post: (request: PostRequest) => HttpReply;
  readonly sleep: (ms: number) => void;
  readonly token: string;
  /** Scopes the owner has ticked; all of the manifest's unless given. */
  readonly granted?: readonly string[];
  readonly spend?: (call: ExternalCall) => void;
  readonly limitMs?: number;
};

export type AppsScript = {
  readonly project: ScriptProject;
  readonly log: LogLine[];
  /** Puts new files into the project; properties and triggers stay, and the next run is theirs. */
  readonly load: (files: { readonly code: string; readonly manifest: string }) => void;
  readonly run: (name: ScriptFunction, hooks?: ExecutionHooks) => RunEnd;
};

/** Runs a script as Apps Script does: in a bare context, with the services it may use and no others. */
export function createAppsScript(options: AppsScriptOptions): AppsScript {
  let { room, manifest } = loaded(options, options.clock);
  const project = createProject();
  const log: LogLine[] = [];

  function globals(execution: ReturnType<typeof createExecution>): object {
    return {
      UrlFetchApp: createUrlFetchApp({ ...options, execution, whitelist: manifest.urlFetchWhitelist }),
      PropertiesService: createPropertiesService(project, execution),
      LockService: createLockService(project, execution),
      ScriptApp: createScriptApp({
        project,
        execution,
        token: options.token,
        declared: manifest.oauthScopes,
        granted: options.granted ?? manifest.oauthScopes,
      }),
      Utilities: createUtilities(execution, options.sleep),
      Session: strict('Session', {}),
      console: createConsole(log),
      Logger: createConsole(log),
    };
  }

  return {
    project,
    log,
    load(files) {
      ({ room, manifest } = loaded(files, options.clock));
    },
    run(name, hooks = {}) {
      const execution = createExecution({
        clock: options.clock,
        limitMs: options.limitMs ?? 360_000,
        hooks,
        ...(options.spend && { spend: options.spend }),
      });
      const context = room.take();
      Object.assign(context, globals(execution));
      try {
        vm.runInContext(`${name}()`, context);
      } catch (error) {
        room.discard();
        if (!execution.wasKilled()) return { end: 'threw', message: messageOf(error) };
      }
      return { end: execution.wasKilled() ? 'killed' : 'done' };
    },
  };
}

function loaded({ code, manifest }: { readonly code: string; readonly manifest: string }, clock: Clock) {
  return {
    room: createRoom(new vm.Script(code, { filename: 'Code.gs' }), clock),
    manifest: JSON.parse(manifest) as { oauthScopes: string[]; urlFetchWhitelist?: string[] },
  };
}

/**
 * Contexts with the script loaded. One serves a hundred runs unless one of them fails: Apps Script takes a new one each
 * time, but V8 frees them so late that a day of minutes would hold a gigabyte.
 */
function createRoom(script: vm.Script, clock: Clock) {
  let context: vm.Context | undefined;
  let uses = 0;
  return {
    take(): vm.Context {
      uses += 1;
      if (context && uses < 100) return context;
      uses = 0;
      context = vm.createContext(vm.constants.DONT_CONTEXTIFY);
      const replaceDate = vm.runInContext(clockedDate, context) as (now: () => number) => void;
      replaceDate(() => clock.now().getTime());
      script.runInContext(context);
      return context;
    },
    discard(): void {
      context = undefined;
    },
  };
}

/** Gives the context a Date that follows the clock of this process's caller. */
const clockedDate = `(now) => {
  const RealDate = Date;
  globalThis.Date = class Date extends RealDate {
    constructor(...parts) {
      if (parts.length === 0) super(now());
      else super(...parts);
    }
    static now() {
      return now();
    }
  };
}`;

function createConsole(log: LogLine[]): object {
  const line = (level: LogLine['level']) => (text: unknown) => {
    log.push({ level, text: String(text) });
  };
  return strict('console', { log: line('log'), info: line('log'), warn: line('warn'), error: line('error') });
}

/** Errors of the script come from another realm, so instanceof does not know them. */
function messageOf(error: unknown): string {
  return String((error as { message?: unknown } | null)?.message ?? error);
}
