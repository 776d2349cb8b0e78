import { type PostedFile, readPosted } from '../../../platform/files/posted-file.ts';
import type { Form } from './forms.ts';

/** The files that a form brings along. */
export async function givenFiles(form: Form): Promise<PostedFile[]> {
  return Promise.all(form.files('attachments').map(readPosted));
}
