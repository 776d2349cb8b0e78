import { cleanLine } from '../text.ts';
import type { Tnef } from './tnef.ts';

/**
 * An email attached within a winmail.dat, as any mail program opens it: its fields and words. Its files stand beside it,
 * and its bytes as Outlook made them are in the winmail.dat.
 */
export function mailOfTnef({ subject, sender, to, sentAt, text, html }: Tnef): Buffer {
  const { name, address } = sender;
  const from =
    address === '' ? encoded(name) : `${name === '' ? '' : `${encoded(name)} `}<${cleanLine(address)}>`;
  const fields = [
    ...(from === '' ? [] : [`From: ${from}`]),
    ...(to === '' ? [] : [`To: ${encoded(to)}`]),
    ...(subject === '' ? [] : [`Subject: ${encoded(subject)}`]),
    ...(sentAt === null ? [] : [`Date: ${sentAt.toUTCString().replace('GMT', '+0000')}`]),
    'MIME-Version: 1.0',
    `Content-Type: ${text?.trim() || html === null ? 'text/plain' : 'text/html'}; charset=utf-8`,
    'Content-Transfer-Encoding: base64',
  ];
  const body = Buffer.from(text?.trim() ? text : (html ?? text ?? '')).toString('base64');
  return Buffer.from(`${fields.join('\r\n')}\r\n\r\n${body.replaceAll(/.{76}/g, '$&\r\n')}\r\n`);
}

function encoded(value: string): string {
  const line = cleanLine(value).slice(0, 1000).toWellFormed();
  if (/^[\w .,'-]{0,70}$/.test(line)) return line;
  const words: string[] = [''];
  for (const character of line) {
    if (Buffer.byteLength(words.at(-1)! + character) > 42) words.push('');
    words[words.length - 1] += character;
  }
  return words.map((word) => `=?UTF-8?B?${Buffer.from(word).toString('base64')}?=`).join('\r\n ');
}
