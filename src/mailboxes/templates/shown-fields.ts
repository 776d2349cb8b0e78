import type { Language } from '../../mail/language.ts';

/** A field whose values contacts are shown, with a value to try a template with. */
export type ShownField = { readonly key: string; readonly name: string; readonly sample: string };

/** By the keys of the fields that contacts are shown: a request's values as they are stored, null for none. */
export type ShownValues = Readonly<Record<string, ShownValue | null>>;

type ShownValue = string | number | boolean | readonly string[];

const YES_NO: Readonly<Record<Language, readonly [string, string]>> = {
  en: ['yes', 'no'],
  ru: ['да', 'нет'],
};

/** The same as a notice names them. */
export function shownTexts(values: ShownValues, language: Language): Readonly<Record<string, string | null>> {
  const [yes, no] = YES_NO[language];
  const text = (value: ShownValue | null): string | null => {
    if (typeof value === 'boolean') return value ? yes : no;
    if (typeof value === 'number') return String(value);
    return typeof value === 'object' && value !== null ? value.join(', ') : value;
  };
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, text(value)]));
}

const VARIABLE = /^fields\.(?<key>[A-Za-z][A-Za-z0-9_-]*)(?:\.|$)/;

/** The key of the field that a variable of a template names, or null. */
export function fieldNamed(variable: string): string | null {
  return VARIABLE.exec(variable)?.groups?.['key'] ?? null;
}
