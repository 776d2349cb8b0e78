export type AuthenticationResult = {
  readonly method: string;
  readonly result: string;
  /** `header.from`, `smtp.mailfrom`, … to their values, quotes removed. */
  readonly properties: ReadonlyMap<string, string>;
  /** What stood in the comment behind the result, or ''; Google puts a domain's DMARC policy there. */
  readonly comment: string;
};

export type AuthenticationResults = {
  readonly authservId: string;
  readonly results: readonly AuthenticationResult[];
};

const MAX_LENGTH = 16_384;

// Senders choose some of the words that Gmail repeats: the envelope's local part, DKIM's `i=` and selector. A quotation mark,
// bracket or semicolon among them opens a comment or a quotation for one reader and not for another, so that none of these
// marks is read in a place where such words stand. What is left has one reading.
const BLANK = '[ \\t]+';
const COMMENT = '\\(([^()"\\\\]*)\\)';
const REASON = `reason=(?:"[\\w ,.:'/-]*"|[\\w.-]+)`;
const VALUE = `(?:"[^"\\\\()\\s]*"(?:@[^"\\\\()<>,\\s]*)?|[^"\\\\()<>,\\s]*)`;
const PROPERTY = `[a-z]+\\.[a-z0-9_-]+=${VALUE}`;
const clausePattern = new RegExp(
  `^([a-z][a-z0-9-]*)(?:/\\d+)?=([a-z]+)(?:${BLANK}${COMMENT})?(?:${BLANK}${REASON})?((?:${BLANK}${PROPERTY})*)$`,
  'i',
);
const propertyPattern = new RegExp(`([a-z]+\\.[a-z0-9_-]+)=(${VALUE})`, 'gi');
const serverPattern = /^([a-z0-9.-]+)(?:[ \t]+\d+)?$/i;

/** Blanks and controls that one reader takes for a separator and another for a letter. */
const oddBlank = /[^\P{C}\t]|[^\P{Z} ]/u;

/**
 * Reads an Authentication-Results value by RFC 8601, in the one form that Gmail writes: a result, perhaps a comment behind it, then
 * properties. Null for any other, and for one that could be read in two ways: it proves nothing.
 */
export function parseAuthenticationResults(value: string): AuthenticationResults | null {
  const line = value.replace(/\r?\n(?=[ \t])/g, '').trim();
  if (line.length > MAX_LENGTH || oddBlank.test(line)) return null;
  // A clause with a semicolon inside quotes or a comment is refused: another reader would split it there.
  const [server = '', ...clauses] = line.split(';').map((clause) => clause.trim());
  const authservId = serverPattern.exec(server)?.[1];
  if (authservId === undefined) return null;
  if (clauses.length === 1 && clauses[0]?.toLowerCase() === 'none') clauses.pop();
  if (clauses.at(-1) === '') clauses.pop();
  const results = clauses.map(resultOf);
  const read = results.filter((result) => result !== null);
  // Google writes one verdict of each of these: a second can only come from a value that broke out of its quoting.
  const repeated = ['spf', 'dmarc'].some((method) => read.filter((one) => one.method === method).length > 1);
  return read.length < results.length || repeated
    ? null
    : { authservId: authservId.toLowerCase(), results: read };
}

function resultOf(clause: string): AuthenticationResult | null {
  const [, method, result, comment = '', stated = ''] = clausePattern.exec(clause) ?? [];
  if (method === undefined || result === undefined) return null;
  const properties = new Map<string, string>();
  for (const [, name = '', written = ''] of stated.matchAll(propertyPattern)) {
    const property = name.toLowerCase();
    const value = written.replaceAll('"', '');
    if (properties.has(property) || value.split('@').length > 2) return null;
    properties.set(property, value);
  }
  return { method: method.toLowerCase(), result: result.toLowerCase(), properties, comment };
}
