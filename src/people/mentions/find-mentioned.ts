import type { Queryable } from '../../platform/db/connect.ts';
import { listServing } from './queries.ts';

export type Mentioned = { readonly id: number; readonly name: string };

/**
 * The active operators of a mailbox whom a text names after an `@`, in any case. Of two names that begin alike the longer
 * one is meant where it stands; two operators of the same name are both meant.
 */
export async function findMentioned(
  db: Queryable,
  input: { readonly text: string; readonly mailboxId: number },
): Promise<readonly Mentioned[]> {
  if (!input.text.includes('@')) return [];
  const operators = await listServing(db, input.mailboxId);
  let rest = input.text.toLowerCase();
  const names = [...new Set(operators.map(({ name }) => name.toLowerCase()))];
  const named = names
    .toSorted((a, b) => b.length - a.length)
    .filter((name) => {
      const pattern = new RegExp(`(?<![\\p{L}\\p{N}.])@${RegExp.escape(name)}(?![\\p{L}\\p{N}])`, 'gu');
      const without = rest.replace(pattern, ' ');
      const isNamed = without !== rest;
      rest = without;
      return isNamed;
    });
  return operators.filter(({ name }) => named.includes(name.toLowerCase()));
}
