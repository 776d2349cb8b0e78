import { invalidField } from '../../../platform/problems.ts';
import type { NewLetter } from '../contact-side.ts';

const LONGEST_LINE = 500;
const LONGEST_TEXT = 1_000_000;

/** The page's form as a letter; an input of the wrong kind is refused by name. */
export async function readLetter(form: FormData): Promise<NewLetter> {
  const files = form.getAll('attachments').filter((each) => each instanceof File);
  const attachments = files
    // A browser sends one file without name and content when none was chosen.
    .filter((file) => file.name !== '')
    .map(async (file) => ({
      name: file.name,
      contentType: file.type || 'application/octet-stream',
      content: Buffer.from(await file.arrayBuffer()),
    }));
  return {
    name: textOf(form, 'name', LONGEST_LINE),
    address: textOf(form, 'address', LONGEST_LINE),
    subject: textOf(form, 'subject', LONGEST_LINE),
    text: textOf(form, 'text', LONGEST_TEXT),
    inReplyTo: textOf(form, 'inReplyTo', LONGEST_LINE) || null,
    forged: textOf(form, 'forged', LONGEST_LINE) !== '',
    attachments: await Promise.all(attachments),
  };
}

function textOf(form: FormData, name: string, longest: number): string {
  const value = form.get(name) ?? '';
  if (typeof value !== 'string') throw invalidField(`/${name}`, 'is a file and has to be text');
  if (value.length > longest) throw invalidField(`/${name}`, `may have ${longest} characters`);
  return value;
}
