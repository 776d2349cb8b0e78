import { Liquid, type Template as LiquidTemplate } from 'liquidjs';
import { htmlOfText } from '../../mail/outgoing/quote-mail.ts';
import { isBlankHtml } from '../../mail/html/is-blank-html.ts';
import { sanitizeHtml } from '../../mail/html/sanitize-html.ts';
import type { NoticeKind } from '../mailbox.ts';
import { RATING_URL } from './rating-url.ts';
import { fieldNamed, type ShownField } from './shown-fields.ts';

/** What a notice template may name; every value is plain text. */
export type TemplateValues = {
  readonly contact: { readonly name: string; readonly email: string };
  readonly request: { readonly id: number; readonly subject: string };
  readonly mailbox: { readonly name: string; readonly address: string };
  /** Null when no operator is behind the notice: always for `created`, and for a request that closes by itself. */
  readonly operator: { readonly name: string } | null;
  /** The page that asks whether it was helpful; null where the mailbox does not ask, and in every notice but `closed`. */
  readonly rating: { readonly url: string } | null;
  /** By their keys, the fields that contacts are shown; null without a value. */
  readonly fields: Readonly<Record<string, string | null>>;
};

/** Every variable of a template but the fields that its contacts are shown, with what it stands for. */
export const TEMPLATE_VARIABLES = {
  'contact.name': 'The contact as they call themselves; may be empty.',
  'contact.email': "The contact's address.",
  'request.id': 'The number of the request.',
  'request.subject': 'The subject of the request; may be empty.',
  'mailbox.name': 'The name of the mailbox.',
  'mailbox.address': 'The address of the mailbox.',
  operator:
    'The operator who took or closed the request, for {% if operator %}; absent if it closed automatically.',
  'operator.name': "The operator's name; empty if there is no operator.",
  rating: 'In the closing notice of a mailbox that asks whether it was helpful, for {% if rating %}.',
  'rating.url': 'The page that asks; a link of its own for each notice.',
} as const;

/** The words of a notice: `html` null means that it is made from the text. */
export type TemplateText = { readonly text: string; readonly html: string | null };

export type Rendered = { readonly text: string; readonly html: string };

/** For Liquid: a text uses what it is given and nothing else, so that it reads no file, reaches no prototype, and ends. */
export const LIQUID_LIMITS = {
  strictVariables: true,
  strictFilters: true,
  ownPropertyOnly: true,
  renderLimit: 200,
  parseLimit: 100_000,
  memoryLimit: 1_000_000,
  templates: {},
} as const;
const plain = new Liquid(LIQUID_LIMITS);
// Values in HTML are escaped without the template's asking: a contact chooses their own name.
const escaping = new Liquid({ ...LIQUID_LIMITS, outputEscape: 'escape' });

type Parsed = { readonly tree: LiquidTemplate[]; readonly fields: readonly string[] };

const parsed = new Map<string, Parsed>();
const REMEMBERED = 500;

/**
 * Renders within the limits, once more when the time runs out: Liquid goes by the clock, and a process that stood still for
 * a moment would otherwise leave an email unfiled for want of its notice.
 */
export function renderWithin(engine: Liquid, tree: LiquidTemplate[], values: object): string {
  try {
    return String(engine.renderSync(tree, values));
  } catch (error) {
    if (!String(error).includes('render limit exceeded')) throw error;
    return String(engine.renderSync(tree, values));
  }
}

/** The words with the values in their places. Throws for a template that `templateFault` would have refused. */
export function renderTemplate(words: TemplateText, values: TemplateValues): Rendered {
  const text = render(plain, 'text', words.text, values);
  return {
    text,
    html: words.html === null ? htmlOfText(text) : sanitizeHtml(render(escaping, 'html', words.html, values)),
  };
}

export type TemplateFault = { readonly field: 'text' | 'html'; readonly detail: string };

/** What is wrong with a template, by trying it on all that can happen to its notice; null when nothing is. */
export function templateFault(
  notice: NoticeKind,
  words: TemplateText,
  fields: readonly ShownField[],
): TemplateFault | null {
  const text = faultIn(plain, 'text', { notice, template: words.text, fields });
  if (text !== null || words.html === null) return text;
  return faultIn(escaping, 'html', { notice, template: words.html, fields });
}

/** Values to try a template with. */
export function sampleValues(
  mailbox: TemplateValues['mailbox'],
  notice: NoticeKind,
  fields: readonly ShownField[],
): TemplateValues {
  return {
    contact: { name: 'Carla Contact', email: 'carla@example.org' },
    request: { id: 1042, subject: 'Where is my parcel?' },
    mailbox: { name: mailbox.name, address: mailbox.address },
    operator: notice === 'created' ? null : { name: 'Ann' },
    rating: notice === 'closed' ? { url: RATING_URL } : null,
    fields: Object.fromEntries(fields.map(({ key, sample }) => [key, sample])),
  };
}

function faultIn(
  engine: Liquid,
  field: TemplateFault['field'],
  of: {
    readonly notice: NoticeKind;
    readonly template: string;
    readonly fields: readonly ShownField[];
  },
): TemplateFault | null {
  const { notice, template, fields } = of;
  try {
    const tree = engine.parse(template);
    const variables = [...Object.keys(TEMPLATE_VARIABLES), ...fields.map(({ key }) => `fields.${key}`)];
    const unknown = engine
      .globalFullVariablesSync(tree)
      .find((name) => !variables.includes(name) && !isWhole(name));
    if (unknown !== undefined) {
      const known = variables.join(', ');
      return { field, detail: `names ${unknown}, which is not a variable; the variables are ${known}` };
    }
    const full = sampleValues({ name: 'Support', address: 'support@example.com' }, notice, fields);
    const bare = {
      ...full,
      contact: { ...full.contact, name: '' },
      request: { id: 1, subject: '' },
      fields: Object.fromEntries(fields.map(({ key }) => [key, null])),
    };
    const cases = notice === 'taken' ? [full, bare] : [full, { ...bare, operator: null, rating: null }];
    const [sample] = cases.map((values) => renderWithin(engine, tree, values));
    const blank = field === 'html' ? isBlankHtml(sanitizeHtml(sample ?? '')) : sample?.trim() === '';
    return blank ? { field, detail: 'comes out empty' } : null;
  } catch (error) {
    return { field, detail: explain(error) };
  }
}

// `contact` alone, as in {% if contact %}, harms nobody.
function isWhole(name: string): boolean {
  return Object.keys(TEMPLATE_VARIABLES).some((variable) => variable.startsWith(`${name}.`));
}

function explain(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/, file:[^,]*/, '').replace(/\s+/g, ' ');
}

function render(engine: Liquid, kind: string, template: string, values: TemplateValues): string {
  const key = `${kind} ${template}`;
  const { tree, fields } = parsed.get(key) ?? parse(engine, template);
  if (parsed.size >= REMEMBERED) parsed.clear();
  parsed.set(key, { tree, fields });
  // A field that was removed, or is shown no more, has no value: a notice that names it is worded all the same.
  const without = Object.fromEntries(fields.map((name) => [name, null]));
  return renderWithin(engine, tree, { ...values, fields: { ...without, ...values.fields } });
}

function parse(engine: Liquid, template: string): Parsed {
  const tree = engine.parse(template);
  return { tree, fields: engine.globalFullVariablesSync(tree).flatMap((name) => fieldNamed(name) ?? []) };
}
