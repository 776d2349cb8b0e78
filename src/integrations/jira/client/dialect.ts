import { adfToText } from '../adf/adf-to-text.ts';
import type { Mention } from '../adf/mention.ts';
import { fitting } from '../adf/shortened.ts';
import { textToAdf } from '../adf/text-to-adf.ts';
import { textToWiki } from '../wiki/text-to-wiki.ts';
import { wikiToText } from '../wiki/wiki-to-text.ts';
import type { JiraFile, JiraPerson } from './shapes.ts';

export type BodyOptions = {
  /** Where the whole text can be read. */
  readonly readAt: string;
  readonly mentions: readonly Mention[];
};

/** What differs between Jira Cloud and Jira Data Center. */
export type JiraDialect = {
  readonly apiPath: string;
  /** A text as Jira takes bodies; one that is too long ends with where to read it. */
  readonly body: (text: string, more: BodyOptions) => unknown;
  /** What a body says; a mention may stand there without a name. */
  readonly text: (body: unknown) => string;
  /** By what a person is told from others. */
  readonly personId: (person: JiraPerson) => string | null;
  /** By what a person is named to Jira: as a watcher, and in a field under this key. */
  readonly calledBy: (person: JiraPerson) => string | null;
  readonly personKey: 'id' | 'name';
  /** Finds people by an address, or by how their name begins. */
  readonly peopleLike: (words: string) => string;
  /** Where a file's bytes are, below the site. */
  readonly filePath: (file: Pick<JiraFile, 'id' | 'filename'>) => string;
  /** Every project in one answer, or pages of them. */
  readonly projects: 'list' | 'pages';
  /** What the lists of a project's types, and of a new issue's fields, are called. */
  readonly createTypes: 'issueTypes' | 'values';
  readonly createFields: 'fields' | 'values';
  /** The old search has places and takes no properties, the new one has tokens. */
  readonly search: {
    readonly path: string;
    readonly pageOf: (place: string | null) => Readonly<Record<string, unknown>>;
    readonly takesProperties: boolean;
  };
  /** Whether many issues are read by their ids, or searched for by them. */
  readonly bulkReads: boolean;
  /** Which read of comments gives their properties. */
  readonly commentProperties: 'list' | 'expand';
  readonly dynamicWebhooks: boolean;
};

export type Deployment = 'cloud' | 'data_center';

const encode = encodeURIComponent;

const CLOUD_V3: JiraDialect = {
  apiPath: '/rest/api/3',
  body: (text, { readAt, mentions }) => fitting(text, readAt, (part) => textToAdf(part, mentions)),
  text: adfToText,
  personId: ({ accountId }) => accountId ?? null,
  calledBy: ({ accountId }) => accountId ?? null,
  personKey: 'id',
  peopleLike: (words) => `/user/search?query=${encode(words)}&maxResults=50`,
  filePath: ({ id }) => `/rest/api/3/attachment/content/${encode(id)}?redirect=false`,
  projects: 'pages',
  createTypes: 'issueTypes',
  createFields: 'fields',
  search: {
    path: '/search/jql',
    pageOf: (place) => (place === null ? {} : { nextPageToken: place }),
    takesProperties: true,
  },
  bulkReads: true,
  commentProperties: 'list',
  dynamicWebhooks: true,
};

const DATA_CENTER_V2: JiraDialect = {
  apiPath: '/rest/api/2',
  body: (text, { readAt, mentions }) => fitting(text, readAt, (part) => textToWiki(part, mentions)),
  text: wikiToText,
  personId: ({ key, name }) => key ?? name ?? null,
  calledBy: ({ name }) => name ?? null,
  personKey: 'name',
  peopleLike: (words) => `/user/search?username=${encode(words)}&maxResults=50`,
  filePath: ({ id, filename }) => `/secure/attachment/${encode(id)}/${encode(filename)}`,
  projects: 'list',
  createTypes: 'values',
  createFields: 'values',
  search: {
    path: '/search',
    // An id that is no more is no fault of the query then.
    pageOf: (place) => ({ startAt: Number(place ?? 0), validateQuery: false }),
    takesProperties: false,
  },
  bulkReads: false,
  commentProperties: 'expand',
  dynamicWebhooks: false,
};

export const DIALECTS: Readonly<Record<Deployment, JiraDialect>> = {
  cloud: CLOUD_V3,
  data_center: DATA_CENTER_V2,
};

/** A value within JQL. */
export function jqlText(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
