import type { ParsedMail } from '../parsed-mail.ts';

/** The values of all header fields of that (lower-case) name, top to bottom. */
export function headerValues(mail: Pick<ParsedMail, 'headers'>, name: string): readonly string[] {
  return mail.headers.filter((header) => header.name === name).map((header) => header.value);
}

/** The value of the topmost header field of that (lower-case) name, trimmed; null without one. */
export function headerValue(mail: Pick<ParsedMail, 'headers'>, name: string): string | null {
  const header = mail.headers.find((candidate) => candidate.name === name);
  return header === undefined ? null : header.value.trim();
}

/** A structured value without its comments and parameters, lower-cased: `Auto-Submitted: auto-replied (vacation); x=y` → `auto-replied`. */
export function keyword(value: string): string {
  return value
    .slice(0, 500)
    .replace(/\([^()]{0,200}\)/g, ' ')
    .split(';', 1)
    .join('')
    .trim()
    .toLowerCase();
}

/** One parameter of a structured value such as Content-Type, lower-cased; null when it is absent. */
export function parameter(value: string, name: string): string | null {
  for (const part of value.slice(0, 4000).split(';').slice(1)) {
    const equals = part.indexOf('=');
    if (equals < 0 || part.slice(0, equals).trim().toLowerCase() !== name) continue;
    return part
      .slice(equals + 1)
      .replace(/\([^()]{0,200}\)/g, '')
      .replaceAll('"', '')
      .trim()
      .toLowerCase();
  }
  return null;
}
