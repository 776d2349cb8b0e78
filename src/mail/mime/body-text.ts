import { htmlToText } from '../html/html-to-text.ts';
import type { Entity } from './entity.ts';
import { textOfAlternative } from './stub-text.ts';

/** A text part that is shown, already decoded. */
export type ShownPart = { readonly entity: Entity; readonly html: boolean; readonly text: string };

export type Body = {
  readonly text: string;
  readonly html: string | null;
  /** True when the text is the HTML's words and nothing else. */
  readonly textIsHtml: boolean;
};

type Section = { readonly plain: string; readonly html: string | null };

/** The email's text and HTML from its text parts in order: of an alternative the plain branch for text and the last HTML one for HTML. */
export function assembleBody(parts: readonly ShownPart[]): Body {
  const sections = toSections(parts);
  const texts = sections.map(textOfSection).filter(({ text }) => text.trim() !== '');
  const text = texts.map((part) => part.text).join('\n');
  if (sections.every(({ html }) => html === null)) return { text, html: null, textIsHtml: false };
  const html = sections.map((section) => section.html ?? escapeText(section.plain)).join('\n');
  return { text, html, textIsHtml: texts.every(({ isHtml }) => isHtml) };
}

function textOfSection({ plain, html }: Section): { readonly text: string; readonly isHtml: boolean } {
  if (html === null) return { text: plain, isHtml: false };
  return plain.trim() === '' ? { text: htmlToText(html), isHtml: true } : textOfAlternative(plain, html);
}

function toSections(parts: readonly ShownPart[]): readonly Section[] {
  const sections: Section[] = [];
  for (let i = 0; i < parts.length;) {
    const { entity, html, text } = parts[i]!;
    const alternative = entity.alternative;
    if (alternative === null) {
      sections.push(html ? { plain: '', html: text } : { plain: text, html: null });
      i++;
      continue;
    }
    const group: ShownPart[] = [];
    for (; i < parts.length && parts[i]!.entity.alternative?.of === alternative.of; i++)
      group.push(parts[i]!);
    sections.push(sectionOf(group));
  }
  return sections;
}

/** Plain text from the first branch that has some, and from bare text parts beside it; HTML from the last branch that has some. */
function sectionOf(group: readonly ShownPart[]): Section {
  const plain = group.filter((part) => !part.html && part.text.trim() !== '');
  const html = group.filter((part) => part.html && part.text.trim() !== '');
  const firstPlain = plain[0]?.entity.alternative?.branch;
  const lastHtml = html.at(-1)?.entity.alternative?.branch;
  const plainTexts = plain
    .filter(
      ({ entity }) => entity.alternative?.branch === firstPlain || entity.parent === entity.alternative?.of,
    )
    .map((part) => part.text);
  const htmlTexts = html
    .filter(({ entity }) => entity.alternative?.branch === lastHtml)
    .map((part) => part.text);
  return {
    plain: [...new Set(plainTexts)].join('\n'),
    html: htmlTexts.length === 0 ? null : htmlTexts.join('\n'),
  };
}

function escapeText(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return escaped.trim() === '' ? '' : `<div style="white-space: pre-wrap">${escaped}</div>`;
}
