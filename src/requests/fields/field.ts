export const FIELD_KINDS = ['text', 'number', 'date', 'yes_no', 'one_of', 'several_of'] as const;
export type FieldKind = (typeof FIELD_KINDS)[number];

/** What requests are asked besides: a mailbox's own question, or the desk's. */
export type Field = {
  readonly id: number;
  /** Null: of every mailbox's requests. */
  readonly mailboxId: number | null;
  readonly mailboxAddress: string | null;
  /** Names its values; never changes. */
  readonly key: string;
  readonly name: string;
  readonly kind: FieldKind;
  /** In their order; of a choice only. */
  readonly options: readonly string[];
  /** Its place among those of its mailbox, or of the desk, from 1. */
  readonly position: number;
  readonly help: string;
  readonly neededToResolve: boolean;
  readonly shownToContacts: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

/** A field as whoever gives a value sees it. */
export type AskedField = Pick<
  Field,
  'key' | 'name' | 'kind' | 'options' | 'help' | 'neededToResolve' | 'shownToContacts'
>;

/** A text, a number, a day such as `2026-12-24`, yes or no, an option, or options. */
export type FieldValue = string | number | boolean | readonly string[];

/** By their fields' keys; one without a value is not there. */
export type FieldValues = Readonly<Record<string, FieldValue>>;

/** Values to be set; null takes one away. */
export type FieldChanges = Readonly<Record<string, FieldValue | null>>;

/** What begins the name of a filter, a sort or a column that is a field's. */
export const FIELD_PREFIX = 'field.';

/** A field's key, as a part of other patterns. */
export const KEY = '[a-z][A-Za-z0-9_-]{0,39}';
export const KEY_PATTERN = new RegExp(`^${KEY}$`);
export const BAD_KEY = 'must be a letter in lower case, then up to 39 letters, digits, _ and -';
/** The name of a sort by a field. */
export const SORT_PATTERN = new RegExp(`^field\\.${KEY}$`);

/** True for the kinds that have options. */
export function isChoice(kind: FieldKind): boolean {
  return kind === 'one_of' || kind === 'several_of';
}

/** A value as a person reads it on one line, where nothing better is known of yes and no. */
export function textOfValue(value: FieldValue): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'object' ? value.join(', ') : String(value);
}
