import { fitting, fittingAdf } from '../adf/shortened.ts';
import { acceptable } from '../adf/text-to-adf.ts';
import type { JiraPerson } from './shapes.ts';

/** What differs between Jira Cloud and Jira Data Center. */
export type JiraDialect = {
  readonly apiPath: string;
  /** A text as Jira takes bodies; one that is too long ends with where to read it. */
  readonly body: (text: string, readAt: string) => unknown;
  readonly personId: (person: JiraPerson) => string | null;
  /** The old search has places, the new one has tokens. */
  readonly search: {
    readonly path: string;
    readonly pageOf: (place: string | null) => Readonly<Record<string, unknown>>;
  };
  /** Which read of comments gives their properties. */
  readonly commentProperties: 'list' | 'expand';
  readonly dynamicWebhooks: boolean;
};

export type Deployment = 'cloud' | 'data_center';

const CLOUD_V3: JiraDialect = {
  apiPath: '/rest/api/3',
  body: fittingAdf,
  personId: ({ accountId }) => accountId ?? null,
  search: {
    path: '/search/jql',
    pageOf: (place) => (place === null ? {} : { nextPageToken: place }),
  },
  commentProperties: 'list',
  dynamicWebhooks: true,
};

const DATA_CENTER_V2: JiraDialect = {
  apiPath: '/rest/api/2',
  body: (text, readAt) => fitting(acceptable(text), readAt, wikiText, (body) => body.length),
  personId: ({ key, name }) => key ?? name ?? null,
  search: { path: '/search', pageOf: (place) => ({ startAt: Number(place ?? 0) }) },
  commentProperties: 'expand',
  dynamicWebhooks: false,
};

export const DIALECTS: Readonly<Record<Deployment, JiraDialect>> = {
  cloud: CLOUD_V3,
  data_center: DATA_CENTER_V2,
};

// Every mark of the wiki's, so that what a contact writes shows as written and embeds nothing.
function wikiText(text: string): string {
  return text.replace(/[\\{}[\]*_\-+^~!|#?]/g, '\\$&');
}

/** A value within JQL. */
export function jqlText(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
