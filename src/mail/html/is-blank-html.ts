/** Tells whether HTML shows nothing at all: neither a letter nor a picture. */
export function isBlankHtml(html: string): boolean {
  return !/<(img|hr)\b/i.test(html) && html.replace(/<[^>]*>|&nbsp;/gi, '').trim() === '';
}
