import { html } from 'hono/html';

/** Plain text as HTML that looks the same: escaped, blank lines part paragraphs, line ends stay. */
export function textToHtml(text: string): string {
  const paragraphs = text
    .trim()
    .split(/\n{2,}/)
    .map((paragraph) => `<p>${paragraph.split('\n').map(escaped).join('<br>\n')}</p>`);
  return paragraphs.join('\n');
}

function escaped(line: string): string {
  return html`${line}`.toString();
}
