import type { script_v1 } from 'googleapis/build/src/apis/script/v1.js';
import type { RelayScript } from '../relay/relay-script.ts';
import { googleFault } from './google-fault.ts';

export type ScriptPlaced = {
  readonly scriptId: string;
  readonly what: 'created' | 'updated' | 'unchanged';
  /** The new manifest asks for scopes that the one before did not: the owner has to allow them. */
  readonly asksAnew: boolean;
};

/**
 * Has the script project hold exactly the relay's two files: a new one, or the known one in place unless it is gone. A
 * trigger runs the newest content, so an update is at work within a minute. `onCreated` is awaited before anything is
 * written into a new project, so that one that is interrupted is not made twice.
 */
export async function placeScript(
  script: script_v1.Script,
  input: {
    readonly knownId: string | null;
    readonly title: string;
    readonly files: RelayScript;
    readonly onCreated: (scriptId: string) => Promise<void>;
  },
): Promise<ScriptPlaced> {
  const before = input.knownId === null ? null : await contentOf(script, input.knownId);
  const wanted = filesOf(input.files);
  if (input.knownId !== null && before !== null) {
    const what = sameFiles(before, wanted) ? 'unchanged' : 'updated';
    if (what === 'updated')
      await script.projects.updateContent({ scriptId: input.knownId, requestBody: { files: wanted } });
    return { scriptId: input.knownId, what, asksAnew: asksAnew(before, input.files) };
  }
  const { data } = await script.projects.create({ requestBody: { title: input.title } });
  const scriptId = data.scriptId ?? '';
  if (scriptId === '') throw new Error('Google made a script project and did not say which.');
  await input.onCreated(scriptId);
  await script.projects.updateContent({ scriptId, requestBody: { files: wanted } });
  return { scriptId, what: 'created', asksAnew: true };
}

function filesOf({ code, manifest }: RelayScript): script_v1.Schema$File[] {
  return [
    { name: 'appsscript', type: 'JSON', source: manifest },
    { name: 'Code', type: 'SERVER_JS', source: code },
  ];
}

// A project in the trash answers 404 to some calls and 403 to others.
async function contentOf(
  script: script_v1.Script,
  scriptId: string,
): Promise<readonly script_v1.Schema$File[] | null> {
  try {
    const { data } = await script.projects.getContent({ scriptId });
    return data.files ?? [];
  } catch (error) {
    const fault = googleFault(error);
    if (fault?.status === 404 || /caller does not have permission/i.test(fault?.message ?? '')) return null;
    throw error;
  }
}

function sameFiles(
  before: readonly script_v1.Schema$File[],
  wanted: readonly script_v1.Schema$File[],
): boolean {
  return (
    before.length === wanted.length &&
    wanted.every((file) =>
      before.some(
        ({ name, type, source }) =>
          name === file.name &&
          type === file.type &&
          (type === 'JSON' ? sameJson(source, file.source) : source === file.source),
      ),
    )
  );
}

// Google stores the manifest in its own formatting.
function sameJson(a: string | null | undefined, b: string | null | undefined): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

function canonicalJson(text: string | null | undefined): string {
  const sorted = (_: string, value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  return JSON.stringify(JSON.parse(text ?? 'null'), sorted);
}

function asksAnew(before: readonly script_v1.Schema$File[], files: RelayScript): boolean {
  const manifest = before.find(({ name, type }) => name === 'appsscript' && type === 'JSON');
  const scopesIn = (text: string | null | undefined): string =>
    ((JSON.parse(text ?? '{}') as { oauthScopes?: string[] }).oauthScopes ?? []).toSorted().join(' ');
  return scopesIn(manifest?.source) !== scopesIn(files.manifest);
}
