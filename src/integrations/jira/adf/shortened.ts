/** Jira takes 32,767 characters, and does not say how it counts a document: what it is written in is surely enough. */
export const MAX_DOCUMENT_LENGTH = 30_000;

/** The longest beginning of a text whose body fits, with where to read the rest; the length grows with the text. */
export function fitting<Body>(text: string, readAt: string, make: (text: string) => Body): Body {
  const fits = (body: Body) =>
    (typeof body === 'string' ? body : JSON.stringify(body)).length <= MAX_DOCUMENT_LENGTH;
  const whole = make(text);
  if (fits(whole)) return whole;
  const cut = (length: number) =>
    make(`${text.slice(0, length).toWellFormed()}…\n\nThe rest is at ${readAt}`);
  let [low, high] = [0, text.length];
  while (low + 1 < high) {
    const middle = (low + high) >> 1;
    if (fits(cut(middle))) low = middle;
    else high = middle;
  }
  return cut(low);
}
