import { googleError, isGoogleError } from './google-error.ts';
import type { HttpReply, HttpRequest } from './rest.ts';

export type ScriptFile = { readonly name: string; readonly type: string; readonly source: string };

export type ScriptProjectContent = { readonly title: string; files: readonly ScriptFile[] };

export type SimulatedScriptApi = {
  /** Answers what is addressed to the Apps Script API; undefined for anything else. */
  readonly handle: (request: HttpRequest) => HttpReply | undefined;
  readonly projects: Map<string, ScriptProjectContent>;
  /** Whether the owner has switched the API on, at script.google.com/home/usersettings. */
  switchedOn: boolean;
};

const SCOPE = 'https://www.googleapis.com/auth/script.projects';
const PATH = /^\/v1\/projects(?:\/([^/]+)\/content)?$/;

/** The part of the Apps Script API that keeps a project's files. `onContent` gets what a project now holds. */
export function createScriptApi(options: {
  readonly scopesOf: (token: string) => readonly string[] | undefined;
  readonly onContent?: (files: readonly ScriptFile[]) => void;
}): SimulatedScriptApi {
  const projects = new Map<string, ScriptProjectContent>();

  function run(method: string, scriptId: string | undefined, body: string): object {
    if (scriptId === undefined) {
      if (method !== 'POST') throw new Error(`simulated Apps Script API: ${method} projects is not modelled`);
      const { title } = JSON.parse(body) as { title: string };
      const id = `1simulated-script-${projects.size + 1}`;
      projects.set(id, { title, files: [] });
      return { scriptId: id, title };
    }
    const project = projects.get(scriptId);
    if (project === undefined) throw googleError(404, 'notFound', 'Requested entity was not found.');
    if (method === 'PUT') {
      project.files = checkedFiles((JSON.parse(body) as { files?: ScriptFile[] }).files ?? []);
      options.onContent?.(project.files);
    }
    return { scriptId, files: project.files };
  }

  const api: SimulatedScriptApi = {
    projects,
    switchedOn: true,
    handle({ method, url, headers, body }) {
      const path = PATH.exec(new URL(url).pathname);
      if (path === null) return undefined;
      try {
        authorize(options.scopesOf(bearer(headers)), api.switchedOn);
        return reply(200, JSON.stringify(run(method, path[1], body)));
      } catch (error) {
        if (isGoogleError(error)) return reply(error.google.status, error.google.body);
        throw error;
      }
    },
  };
  return api;
}

function bearer(headers: HttpRequest['headers']): string {
  return (headers['authorization'] ?? '').replace(/^Bearer /, '');
}

function authorize(scopes: readonly string[] | undefined, switchedOn: boolean): void {
  if (scopes === undefined)
    throw googleError(401, 'authError', 'Request had invalid authentication credentials.');
  if (!scopes.includes(SCOPE))
    throw googleError(403, 'insufficientPermissions', 'Request had insufficient authentication scopes.');
  if (switchedOn) return;
  throw googleError(
    403,
    'forbidden',
    'User has not enabled the Apps Script API. Enable it by visiting https://script.google.com/home/usersettings then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.',
  );
}

/** A project without a manifest is refused, and names are unique, as Google has it. */
function checkedFiles(files: readonly ScriptFile[]): readonly ScriptFile[] {
  const manifest = files.find(({ name, type }) => name === 'appsscript' && type === 'JSON');
  if (manifest === undefined)
    throw googleError(400, 'invalidArgument', 'Content must include a manifest file.');
  JSON.parse(manifest.source);
  if (new Set(files.map(({ name }) => name)).size !== files.length)
    throw googleError(400, 'invalidArgument', 'File names must be unique.');
  return files;
}

function reply(status: number, body: string): HttpReply {
  return { status, headers: { 'Content-Type': 'application/json; charset=UTF-8' }, body };
}
