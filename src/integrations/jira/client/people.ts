import { z } from 'zod';
import { type Mention, NAMELESS } from '../adf/mention.ts';
import type { JiraClient } from './jira-client.ts';
import { isFinal, JiraFault } from './jira-fault.ts';
import * as shapes from './shapes.ts';

/** What is written after an @ that begins a word: an address has none there. */
const SAID =
  /(?<![\p{L}\p{N}_.+@/-])@(?<words>(?<first>\p{L}[\p{L}\p{N}'’._-]*)(?:[^\S\n][\p{L}\p{N}'’._-]+){0,3})/gu;
/** A text that names more is no call for people; each of them costs a question. */
const MOST_MENTIONS = 10;
const SOMEBODY = 'somebody';

/**
 * By what Jira knows whoever has this address; null when nobody surely does, or the connection may not look. Jira Cloud finds
 * people by an address without showing it.
 */
export async function findPerson(jira: JiraClient, address: string): Promise<string | null> {
  const found = await findPeople(jira, address);
  const [only, ...others] = found.filter(
    ({ emailAddress }) => (emailAddress ?? address).toLowerCase() === address.toLowerCase(),
  );
  return only === undefined || others.length > 0 ? null : jira.dialect.calledBy(only);
}

/** Who is named by an @ in a text, as far as Jira surely knows them: by their whole name, or the beginning that only they have. */
export async function findMentions(jira: JiraClient, text: string): Promise<readonly Mention[]> {
  const found = new Map<string, Mention>();
  for (const { groups } of [...text.matchAll(SAID)].slice(0, MOST_MENTIONS)) {
    const words = (groups?.['words'] ?? '').replace(/[._'’-]+$/u, '');
    const first = (groups?.['first'] ?? '').replace(/[._'’-]+$/u, '');
    const mention = pick(jira, await findPeople(jira, first), { words, first });
    if (mention !== null) found.set(mention.said, mention);
  }
  return [...found.values()].toSorted((a, b) => b.said.length - a.said.length);
}

/** What a body says, with the names of whoever it names by an id alone: a reader has no use for an id. */
export async function readText(jira: JiraClient, body: unknown): Promise<string> {
  const text = jira.dialect.text(body);
  const names = new Map<string, string>();
  for (const [, id = ''] of text.matchAll(NAMELESS)) {
    if (names.has(id) || names.size >= MOST_MENTIONS) continue;
    const people = await askFor(jira, `/user/search?accountId=${encodeURIComponent(id)}`);
    names.set(id, people.find(({ accountId }) => accountId === id)?.displayName ?? '');
  }
  return text.replace(NAMELESS, (_, id: string) => `@${names.get(id) || SOMEBODY}`);
}

function pick(
  jira: JiraClient,
  people: readonly shapes.JiraPerson[],
  { words, first }: { readonly words: string; readonly first: string },
): Mention | null {
  const begins = (name: string) =>
    name !== '' && `${words} `.toLowerCase().startsWith(`${name.toLowerCase()} `) ? name.length : 0;
  const longest = Math.max(0, ...people.map(({ displayName }) => begins(displayName)));
  const fits =
    longest > 0
      ? people.filter(({ displayName }) => begins(displayName) === longest)
      : people.filter(
          ({ name, displayName }) =>
            name?.toLowerCase() === first.toLowerCase() ||
            displayName.toLowerCase().startsWith(`${first.toLowerCase()} `),
        );
  const [only, ...others] = fits;
  const id = only === undefined || others.length > 0 ? null : jira.dialect.calledBy(only);
  if (only === undefined || id === null) return null;
  const said = longest > 0 ? words.slice(0, longest) : first;
  return { said: `@${said}`, id, name: only.displayName };
}

async function findPeople(jira: JiraClient, words: string): Promise<readonly shapes.JiraPerson[]> {
  const found = await askFor(jira, jira.dialect.peopleLike(words));
  return found.filter(
    ({ active, accountType }) => active !== false && (accountType ?? 'atlassian') === 'atlassian',
  );
}

// A connection that may not look people up writes and reads all the same, without their names.
async function askFor(jira: JiraClient, path: string): Promise<readonly shapes.JiraPerson[]> {
  try {
    return await jira.call({ method: 'GET', path }, z.array(shapes.person));
  } catch (error) {
    if (error instanceof JiraFault && (isFinal(error) || error.kind === 'scope')) return [];
    throw error;
  }
}
