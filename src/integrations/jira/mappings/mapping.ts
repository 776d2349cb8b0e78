import type { Priority } from '../../../requests/request.ts';

/** Whose words become comments: nobody's, the contact's, or those of both sides. Notes never do. */
export type Tells = 'none' | 'contact' | 'public';

/** Which comments become mail to the contact: none, those whose first line is `#reply`, or every public one. */
export type Hears = 'none' | 'marked' | 'public';

export type StatusVerb = 'resolve' | 'close' | 'reopen';

/** How a mailbox's requests become issues, and what passes between the two afterwards. */
export type Mapping = {
  readonly mailboxId: number;
  readonly connectionId: number;
  readonly always: boolean;
  readonly projectKey: string;
  readonly issueTypeId: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly priorities: Partial<Readonly<Record<Priority, string>>>;
  readonly labels: readonly string[];
  readonly categoryLabel: boolean;
  readonly namesContact: boolean;
  readonly attachments: boolean;
  readonly watchers: readonly string[];
  readonly tells: Tells;
  readonly hears: Hears;
  readonly verbs: Readonly<Record<string, StatusVerb>>;
  readonly closeTo: string | null;
};

/** What a mapping says besides where its issues are made. */
export type MappingRules = Omit<
  Mapping,
  'mailboxId' | 'connectionId' | 'always' | 'projectKey' | 'issueTypeId' | 'fields'
>;

/** For requests of a mailbox that has none: what is safe. */
export const UNMAPPED: MappingRules = {
  priorities: {},
  labels: [],
  categoryLabel: false,
  namesContact: true,
  attachments: true,
  watchers: [],
  tells: 'public',
  hears: 'marked',
  verbs: {},
  closeTo: null,
};
