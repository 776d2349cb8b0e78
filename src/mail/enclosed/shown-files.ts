import type { Found } from '../mime/attachments.ts';

const SOURCE = /\b(?:src|background)\s*=\s*(?:"([^"]{1,2000})"|'([^']{1,2000})'|([^\s>"']{1,2000}))/gi;
const IMAGE_NAME = /\.(?:png|jpe?g|gif|webp|bmp|tiff?|heic|emf|wmf|jfif)$/i;

/** The files of an email under the ids that its HTML shows them by, and the id that a source in this HTML stands for. */
export type ShownFiles = {
  readonly found: readonly Found[];
  /** The ids that sources without `cid:` stand for. */
  readonly shown: ReadonlySet<string>;
  readonly idOf: (source: string) => string | null;
};

/**
 * Fax gateways, scanners and saved web pages name an image by its file name, its Content-Location (RFC 2557) or its bare Content-ID
 * instead of `cid:`. Such a source becomes the id of the file, and a file without an id gets the name it is shown by; an image
 * that came with the email would otherwise be requested from the desk itself or from its sender's server.
 */
export function shownFiles(found: readonly Found[], html: string | null): ShownFiles {
  if (html === null || found.length === 0) return { found, shown: new Set(), idOf: () => null };
  const files = [...found];
  const ids = new Map(
    files.flatMap(({ contentId }) => (contentId === null ? [] : [[fold(contentId), contentId]])),
  );
  const byName = namesOf(files);
  const shown = new Map<string, string>();
  for (const match of html.matchAll(SOURCE)) {
    const source = fold(match[1] ?? match[2] ?? match[3]!);
    const known = ids.get(source);
    if (known !== undefined) shown.set(source, known);
    if (shown.has(source) || ids.has(source.replace(/^cid:/, ''))) continue;
    const index = namesIn(source).flatMap((name) => byName.get(name) ?? [])[0];
    if (index === undefined) continue;
    const file = files[index]!;
    const id = file.contentId ?? freeId(file.name ?? source.replace(/^cid:/, ''), ids);
    ids.set(fold(id), id);
    files[index] = { ...file, contentId: id };
    shown.set(source, id);
  }
  return { found: files, shown: new Set(shown.values()), idOf: (source) => shown.get(fold(source)) ?? null };
}

/** Where to find the file that is called so, the first of each name. */
function namesOf(files: readonly Found[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  const put = (name: string, index: number): void => {
    if (name !== '' && !places.has(name)) places.set(name, index);
  };
  files.forEach(({ location }, index) => put(fold(location ?? ''), index));
  files.forEach(({ name, contentType, location }, index) => {
    if (!contentType.startsWith('image/') && !IMAGE_NAME.test(name ?? '')) return;
    put(fold(name ?? ''), index);
    put(lastSegment(fold(location ?? '')), index);
  });
  return places;
}

/** What a source may call a file: itself, and its last segment unless it lies on a server. */
function namesIn(source: string): readonly string[] {
  if (/^(?:data|mailto|tel|javascript):/.test(source)) return [];
  if (/^(?:https?:)?\/\//.test(source)) return [source];
  const bare = source.replace(/^(?:cid|file):/, '');
  return [source, bare, lastSegment(bare)];
}

function lastSegment(path: string): string {
  return path.split(/[?#]/, 1)[0]!.split(/[/\\]/).at(-1)!;
}

/** As two writings of one name are compared: without case, escapes and the brackets of an id. */
function fold(text: string): string {
  const plain = text
    .trim()
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replace(/^<(.*)>$/, '$1');
  try {
    return decodeURIComponent(plain).toLowerCase();
  } catch {
    return plain.toLowerCase();
  }
}

function freeId(name: string, taken: ReadonlyMap<string, string>): string {
  let id = name;
  for (let count = 2; taken.has(fold(id)); count += 1) id = `${count}-${name}`;
  return id;
}
