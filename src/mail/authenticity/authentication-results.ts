export type AuthenticationResult = {
  readonly method: string;
  readonly result: string;
  /** `header.from`, `smtp.mailfrom`, … to their values, quotes removed; a repeated property keeps its first value. */
  readonly properties: ReadonlyMap<string, string>;
  /** What stood in comments; Google puts a domain's DMARC policy there. */
  readonly comments: readonly string[];
};

export type AuthenticationResults = {
  readonly authservId: string;
  readonly results: readonly AuthenticationResult[];
};

type Clause = { readonly words: readonly Word[]; readonly comments: readonly string[] };
/** `bare` is false when any part was quoted: such a word names no method, property or server. */
type Word = { readonly text: string; readonly equals: number; readonly bare: boolean };

const lengthLimit = 16_384;

/**
 * Reads an Authentication-Results value by RFC 8601: comments and quoted strings hide what is in them, a method stands only at the
 * head of its clause. Null for a value that is not well-formed, which proves nothing.
 */
export function parseAuthenticationResults(value: string): AuthenticationResults | null {
  if (value.length > lengthLimit) return null;
  const clauses = clausesOf(value);
  const first = clauses?.[0]?.words;
  const id = first?.[0];
  if (
    clauses === null ||
    first === undefined ||
    id === undefined ||
    !id.bare ||
    id.equals >= 0 ||
    first.length > 2
  )
    return null;
  if (first[1] !== undefined && !/^\d+$/.test(first[1].text)) return null;
  const results: AuthenticationResult[] = [];
  for (const clause of clauses.slice(1)) {
    const head = clause.words[0];
    if (head === undefined) continue;
    const named = split(head);
    if (named === null) {
      if (clause.words.length === 1 && head.bare && head.text.toLowerCase() === 'none') continue;
      return null;
    }
    const properties = new Map<string, string>();
    for (const word of clause.words.slice(1)) {
      const property = split(word);
      if (property !== null && !properties.has(property.name)) properties.set(property.name, property.value);
    }
    results.push({
      method: named.name.replace(/\/\d+$/, ''),
      result: named.value.toLowerCase(),
      properties,
      comments: clause.comments,
    });
  }
  return { authservId: id.text.toLowerCase(), results };
}

function split(word: Word): { name: string; value: string } | null {
  if (word.equals < 1 || !word.bare) return null;
  return { name: word.text.slice(0, word.equals).toLowerCase(), value: word.text.slice(word.equals + 1) };
}

/** Cuts a value at the semicolons and blanks that stand outside of quotes and comments; null when one of those is left open. */
function clausesOf(value: string): readonly Clause[] | null {
  const clauses: { words: Word[]; comments: string[] }[] = [{ words: [], comments: [] }];
  let text = '';
  let equals = -1;
  let bare = true;
  let begun = false;
  const endWord = (): void => {
    if (begun) clauses.at(-1)?.words.push({ text, equals, bare });
    text = '';
    equals = -1;
    bare = true;
    begun = false;
  };
  for (let at = 0; at < value.length; at += 1) {
    const character = value[at] ?? '';
    if (character === '(') {
      const comment = commentAt(value, at);
      if (comment === null) return null;
      clauses.at(-1)?.comments.push(comment.text);
      at = comment.end;
    } else if (character === '"') {
      const quoted = quotedAt(value, at);
      if (quoted === null) return null;
      text += quoted.text;
      bare = equals >= 0 && bare;
      begun = true;
      at = quoted.end;
    } else if (character === ';') {
      endWord();
      clauses.push({ words: [], comments: [] });
    } else if (/\s/.test(character)) {
      // Blanks around the equals sign do not end a word: `dkim = pass`.
      if (!/^\s*=/.test(value.slice(at, at + 40)) && !text.endsWith('=')) endWord();
    } else {
      if (character === '=' && equals < 0) equals = text.length;
      text += character;
      begun = true;
    }
  }
  endWord();
  return clauses;
}

function commentAt(value: string, start: number): { text: string; end: number } | null {
  let depth = 0;
  let text = '';
  for (let at = start; at < value.length; at += 1) {
    const character = value[at] ?? '';
    if (character === '\\') {
      at += 1;
      text += value[at] ?? '';
      continue;
    }
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (depth === 0) return { text: text.slice(1), end: at };
    text += character;
  }
  return null;
}

function quotedAt(value: string, start: number): { text: string; end: number } | null {
  let text = '';
  for (let at = start + 1; at < value.length; at += 1) {
    const character = value[at] ?? '';
    if (character === '"') return { text, end: at };
    if (character === '\\') at += 1;
    text += value[at] ?? '';
  }
  return null;
}
