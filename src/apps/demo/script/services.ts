import { createHmac, randomUUID } from 'node:crypto';
import type { Execution } from './execution.ts';
import { strict } from './strict.ts';

/** What outlives a run of the script: its properties, its triggers, and the lock. */
export type ScriptProject = {
  readonly properties: Map<string, string>;
  readonly triggers: { readonly handler: string; readonly everyMinutes: number }[];
  readonly counts: { reads: number; writes: number };
  /** Set while another run holds the script lock. */
  lockedElsewhere: boolean;
};

export function createProject(): ScriptProject {
  return { properties: new Map(), triggers: [], counts: { reads: 0, writes: 0 }, lockedElsewhere: false };
}

/** PropertiesService: values become strings, 9 KB each and 500 KB together, every operation counted. */
export function createPropertiesService(project: ScriptProject, execution: Execution): object {
  const read = <T>(name: string, effect: () => T): T => {
    project.counts.reads += 1;
    return execution.external(`Properties.${name}`, effect);
  };
  const write = (name: string, effect: () => void): object => {
    project.counts.writes += 1;
    execution.external(`Properties.${name}`, effect);
    return properties;
  };
  const properties: object = strict('Properties', {
    getProperty: (key: string) => read('getProperty', () => project.properties.get(key) ?? null),
    getProperties: () => read('getProperties', () => Object.fromEntries(project.properties)),
    setProperty: (key: string, value: unknown) =>
      write('setProperty', () => {
        const text = String(value);
        if (Buffer.byteLength(text) > 9 * 1024) throw new Error('Argument too large: value');
        project.properties.set(key, text);
        const total = [...project.properties].reduce(
          (sum, [name, held]) => sum + name.length + held.length,
          0,
        );
        if (total > 500 * 1024) throw new Error('You have exceeded the property storage quota.');
      }),
    deleteProperty: (key: string) => write('deleteProperty', () => project.properties.delete(key)),
  });
  return strict('PropertiesService', { getScriptProperties: () => properties });
}

/** LockService: one script lock, free again when the run ends however it ends. */
export function createLockService(project: ScriptProject, execution: Execution): object {
  let held = false;
  const lock = strict('Lock', {
    tryLock: (_timeoutMs: number) =>
      execution.external('Lock.tryLock', () => {
        held = !project.lockedElsewhere;
        return held;
      }),
    hasLock: () => held,
    releaseLock: () =>
      execution.external('Lock.releaseLock', () => {
        held = false;
      }),
  });
  return strict('LockService', { getScriptLock: () => lock });
}

/** ScriptApp: triggers (20 at the most), the token, and what the owner has allowed. */
export function createScriptApp(options: {
  readonly project: ScriptProject;
  readonly execution: Execution;
  readonly token: string;
  /** The scopes that the manifest asks for, and those of them that the owner ticked. */
  readonly declared: readonly string[];
  readonly granted: readonly string[];
}): object {
  const { project, execution } = options;
  const scope = 'https://www.googleapis.com/auth/script.scriptapp';
  const triggerCall = <T>(name: string, effect: () => T): T =>
    execution.external(`ScriptApp.${name}`, () => {
      if (!options.granted.includes(scope)) {
        throw new Error(
          `Specified permissions are not sufficient to call ScriptApp.${name}. Required permissions: ${scope}`,
        );
      }
      return effect();
    });
  return strict('ScriptApp', {
    AuthMode: { FULL: 'FULL' },
    requireAllScopes: (_mode: string) =>
      execution.external('ScriptApp.requireAllScopes', () => {
        if (options.declared.some((one) => !options.granted.includes(one))) {
          throw new Error('Authorization is required to perform that action.');
        }
      }),
    getAuthorizationInfo: (_mode: string) =>
      strict('AuthorizationInfo', { getAuthorizedScopes: () => [...options.granted] }),
    getOAuthToken: () => options.token,
    getProjectTriggers: () => triggerCall('getProjectTriggers', () => project.triggers.map(triggerOf)),
    deleteTrigger: (trigger: { held: ScriptProject['triggers'][number] }) =>
      triggerCall('deleteTrigger', () => {
        project.triggers.splice(project.triggers.indexOf(trigger.held), 1);
      }),
    newTrigger: (handler: string) => triggerBuilder(project, handler, triggerCall),
  });
}

function triggerOf(held: ScriptProject['triggers'][number]): object {
  return strict('Trigger', { getHandlerFunction: () => held.handler, held });
}

function triggerBuilder(
  project: ScriptProject,
  handler: string,
  call: (name: string, effect: () => void) => void,
): object {
  const create = (minutes: number): object => ({
    create: () =>
      call('newTrigger', () => {
        if (project.triggers.length >= 20) throw new Error('This script has too many triggers.');
        project.triggers.push({ handler, everyMinutes: minutes });
      }),
  });
  const everyMinutes = (minutes: number): object => {
    if (![1, 5, 10, 15, 30].includes(minutes))
      throw new Error('The value you passed to everyMinutes was invalid.');
    return strict('ClockTriggerBuilder', create(minutes));
  };
  return strict('TriggerBuilder', { timeBased: () => strict('ClockTriggerBuilder', { everyMinutes }) });
}

/** Utilities with Apps Script's bytes from -128 to 127, and its `?` for what is not ASCII when no charset is given. */
export function createUtilities(execution: Execution, sleep: (ms: number) => void): object {
  return strict('Utilities', {
    base64Decode: (text: string) => {
      if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new Error('Could not decode string.');
      return signed(Buffer.from(text, 'base64'));
    },
    base64Encode: (data: string | number[]) => bytesOf(data).toString('base64'),
    base64EncodeWebSafe: (data: string | number[]) =>
      bytesOf(data).toString('base64').replaceAll('+', '-').replaceAll('/', '_'),
    computeHmacSha256Signature: (value: string | number[], key: string | number[]) => {
      if (typeof value !== typeof key) {
        throw new Error(
          "The parameters don't match the method signature for Utilities.computeHmacSha256Signature.",
        );
      }
      return signed(createHmac('sha256', bytesOf(key)).update(bytesOf(value)).digest());
    },
    getUuid: () => randomUUID(),
    sleep: (ms: number) => execution.external('Utilities.sleep', () => sleep(ms)),
  });
}

function signed(bytes: Buffer): number[] {
  return [...new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length)];
}

function bytesOf(data: string | number[]): Buffer {
  // eslint-disable-next-line no-control-regex -- every character outside ASCII becomes one question mark
  if (typeof data === 'string') return Buffer.from(data.replace(/[^\x00-\x7f]/g, '?'), 'latin1');
  const bytes = Buffer.allocUnsafe(data.length);
  for (let index = 0; index < data.length; index += 1) {
    const byte = data[index];
    if (byte === undefined || !(byte >= -128 && byte <= 127))
      throw new Error(`${byte} is not a byte from -128 to 127`);
    bytes[index] = byte & 0xff;
  }
  return bytes;
}
