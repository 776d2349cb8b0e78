import { cleanLine, cleanText, isLonger } from '../../mail/text.ts';
import { invalidField } from '../../platform/problems.ts';
import { SUBJECT_LENGTH, TEXT_LENGTH } from '../request.ts';

export const TOO_LONG = 'is too long';

/** The subject of somebody's own request as it is stored; refused when it is blank or too long. */
export function ownSubject(given: string): string {
  return fitting('/subject', cleanLine(given), SUBJECT_LENGTH);
}

/** The same of what they write in it. */
export function ownText(given: string): string {
  return fitting('/text', cleanText(given).trim(), TEXT_LENGTH);
}

function fitting(pointer: string, text: string, most: number): string {
  if (text === '') throw invalidField(pointer, 'must not be blank');
  if (isLonger(text, most)) throw invalidField(pointer, TOO_LONG);
  return text;
}
