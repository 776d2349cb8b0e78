import { invalidField } from '../../../platform/problems.ts';
import type { NewLetter } from '../contact-side.ts';

const MAX_LINE_LENGTH = 500;
const MAX_TEXT_LENGTH = 1_000_000;

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
    name: textOf(form, 'name', MAX_LINE_LENGTH),
    address: textOf(form, 'address', MAX_LINE_LENGTH),
    subject: textOf(form, 'subject', MAX_LINE_LENGTH),
    text: textOf(form, 'text', MAX_TEXT_LENGTH),
    inReplyTo: textOf(form, 'inReplyTo', MAX_LINE_LENGTH) || null,
    forged: textOf(form, 'forged', MAX_LINE_LENGTH) !== '',
    attachments: await Promise.all(attachments),
  };
}

function textOf(form: FormData, name: string, longest: number): string {
  const value = form.get(name) ?? '';
  if (typeof value !== 'string') throw invalidField(`/${name}`, 'is a file and has to be text');
  if (value.length > longest) throw invalidField(`/${name}`, `may have ${longest} characters`);
  return value;
}
