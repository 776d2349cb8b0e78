import { headerValues } from '../../mail/headers/header-values.ts';
import type { ParsedMail } from '../../mail/parsed-mail.ts';
import type { Queryable } from '../../platform/db/connect.ts';
import type { FieldValues } from '../../requests/fields/field.ts';
import { keepTaken } from '../../requests/own/own-fields.ts';
import type { ReadMail } from '../filing/read-mail.ts';
import { messageSourceOf } from '../sources/sources.ts';

const HEADER = 'X-Mailroom-Fields';

/** A longer header is not read to its end, and a longer run is not folded. */
const HEADER_LENGTH = 40_000;
const RUN_LENGTH = 60;

/** The headers in which the email of what somebody writes on a page brings the values of fields. */
export function valueHeaders(values: FieldValues): Readonly<Record<string, readonly string[]>> {
  if (Object.keys(values).length === 0) return {};
  const code = Buffer.from(JSON.stringify(values)).toString('base64');
  const parts = code.match(new RegExp(`.{1,${HEADER_LENGTH}}`, 'g')) ?? [];
  return { [HEADER]: parts.map((part) => part.replaceAll(new RegExp(`.{${RUN_LENGTH}}`, 'g'), '$& ')) };
}

/** What was given on a page with an email, as far as the fields still take it: they may have changed while it waited. */
export async function valuesGiven(
  db: Queryable,
  mailboxId: number,
  { handedOver, reading }: ReadMail,
): Promise<FieldValues> {
  if (!reading.ok || messageSourceOf(handedOver.source).typed === undefined) return {};
  const values = valuesIn(reading.mail);
  return values === null ? {} : keepTaken(db, mailboxId, values);
}

function valuesIn(mail: ParsedMail): FieldValues | null {
  const parts = headerValues(mail, HEADER.toLowerCase());
  if (parts.length === 0) return null;
  const code = parts.join('').replaceAll(/\s/g, '');
  return JSON.parse(Buffer.from(code, 'base64').toString()) as FieldValues;
}
