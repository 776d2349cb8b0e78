import type { Context } from 'hono';
import { ID_TEXT } from '../../../platform/id-text.ts';
import { invalidField } from '../../../platform/problems.ts';

export type Form = {
  readonly text: (name: string) => string;
  /** Null when it is absent or blank. */
  readonly line: (name: string) => string | null;
  readonly id: (name: string) => number | null;
  readonly ids: (name: string) => readonly number[];
  readonly all: (name: string) => readonly string[];
  readonly has: (name: string) => boolean;
  readonly files: (name: string) => readonly File[];
};

/** A form as a browser sends it; any other body is refused. */
export async function readForm(c: Context): Promise<Form> {
  const data = await c.req.formData().catch(() => {
    throw invalidField('', 'The body is not a form');
  });
  const all = (name: string): string[] =>
    data.getAll(name).flatMap((value) => (typeof value === 'string' ? [clean(value)] : []));
  const text = (name: string): string => all(name)[0] ?? '';
  return {
    text,
    line: (name) => text(name).trim() || null,
    id: (name) => asId(text(name)),
    ids: (name) => all(name).flatMap((value) => asId(value) ?? []),
    all,
    has: (name) => data.has(name),
    // A browser sends one file without name and content when none was chosen.
    files: (name) =>
      data.getAll(name).flatMap((value) => (typeof value === 'string' || value.name === '' ? [] : [value])),
  };
}

// Browsers send \r\n; PostgreSQL takes neither NUL nor half of a surrogate pair.
function clean(value: string): string {
  return value.replace(/\r\n?/g, '\n').replaceAll('\0', '').toWellFormed();
}

function asId(text: string): number | null {
  return ID_TEXT.test(text.trim()) ? Number(text) : null;
}
