import { z } from 'zod';
import { DIALECTS, type Deployment, type JiraDialect } from './dialect.ts';
import { type Call, type Caller, callJira, readJiraBytes } from './http.ts';
import * as shapes from './shapes.ts';

/** One connection's Jira, in the name of one credential. */
export type JiraClient = {
  readonly dialect: JiraDialect;
  readonly call: <Shape extends z.ZodType>(call: Call, shape: Shape) => Promise<z.infer<Shape>>;
  /** The bytes below the site, not below its API. */
  readonly bytes: (path: string, most: number) => Promise<Uint8Array>;
};

const PAGE = 100;
/** Pages of a list that does not end are a fault of the other side. */
const MAX_PAGES = 200;

/** A client for the API below a root, such as a site or Atlassian's gateway. */
export function jiraClient(deployment: Deployment, caller: Caller): JiraClient {
  const dialect = DIALECTS[deployment];
  const at = { ...caller, root: caller.root + dialect.apiPath };
  return {
    dialect,
    // Boards have an API of their own.
    call: (call, shape) => callJira(call.path.startsWith('/rest/') ? caller : at, call, shape),
    bytes: (path, most) => readJiraBytes(caller, path, most),
  };
}

/** Who the credential is: the one read that refuses a caller nobody knows. */
export function findMyself(jira: JiraClient): Promise<shapes.JiraPerson> {
  return jira.call({ method: 'GET', path: '/myself' }, shapes.person);
}

/** The projects that the credential sees, by key. */
export async function listProjects(jira: JiraClient): Promise<shapes.JiraProject[]> {
  if (jira.dialect.projects === 'list')
    return jira.call({ method: 'GET', path: '/project' }, z.array(shapes.project));
  const path = '/project/search?orderBy=key&expand=issueTypes';
  return pages(jira, path, 'values', shapes.project);
}

/** The types of issue that any project has, by name. Data Center tells them of the whole site, not with each project. */
export async function listTypeNames(jira: JiraClient): Promise<readonly string[]> {
  const types =
    jira.dialect.projects === 'list'
      ? await jira.call({ method: 'GET', path: '/issuetype' }, z.array(shapes.issueType))
      : (await listProjects(jira)).flatMap(({ issueTypes = [] }) => issueTypes);
  return [...new Set(types.filter(({ subtask }) => subtask !== true).map(({ name }) => name))];
}

/** The types of issue that a project has. */
export function listIssueTypes(jira: JiraClient, projectKey: string): Promise<shapes.JiraIssueType[]> {
  const path = `/issue/createmeta/${encodeURIComponent(projectKey)}/issuetypes?`;
  return pages(jira, path, jira.dialect.createTypes, shapes.issueType);
}

/** The fields that the screen for a new issue of this type has. */
export function listCreateFields(
  jira: JiraClient,
  projectKey: string,
  typeId: string,
): Promise<shapes.JiraField[]> {
  const path = `/issue/createmeta/${encodeURIComponent(projectKey)}/issuetypes/${encodeURIComponent(typeId)}?`;
  return pages(jira, path, jira.dialect.createFields, shapes.field);
}

/** The issues that a bounded query finds, a page at a time, as far as the index has them. */
export async function searchIssues(
  jira: JiraClient,
  query: {
    readonly jql: string;
    readonly fields: readonly string[];
    readonly properties?: readonly string[];
    readonly most?: number;
  },
): Promise<shapes.JiraIssue[]> {
  const { jql, fields, properties = [], most = 5000 } = query;
  const { search } = jira.dialect;
  const shape = z.object({
    issues: z.array(shapes.issue),
    nextPageToken: z.string().nullish(),
    total: z.number().optional(),
  });
  const found: shapes.JiraIssue[] = [];
  const seen = new Set<string | null>();
  for (let place: string | null = null; !seen.has(place) && found.length < most;) {
    seen.add(place);
    const body = {
      jql,
      fields,
      maxResults: Math.min(PAGE, most),
      ...(properties.length === 0 || !search.takesProperties ? {} : { properties }),
      ...search.pageOf(place),
    };
    const page: z.infer<typeof shape> = await jira.call({ method: 'POST', path: search.path, body }, shape);
    found.push(...page.issues);
    // `isLast` is wrong at times: a page without a token is the last one.
    const next = page.total !== undefined && found.length < page.total ? String(found.length) : null;
    place = page.nextPageToken ?? (page.issues.length === 0 ? null : next);
    if (place === null) break;
  }
  return found;
}

/** Every row of a list that is read by places. */
export async function pages<Shape extends z.ZodType>(
  jira: JiraClient,
  path: string,
  name: string,
  row: Shape,
): Promise<z.infer<Shape>[]> {
  const shape = z.object({
    [name]: z.array(row),
    total: z.number().optional(),
    isLast: z.boolean().optional(),
  });
  const rows: z.infer<Shape>[] = [];
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const separator = path.endsWith('?') || path.endsWith('&') ? '' : '&';
    const at = `${path}${separator}startAt=${rows.length}&maxResults=${PAGE}`;
    const answer = (await jira.call({ method: 'GET', path: at }, shape)) as {
      readonly [name: string]: unknown;
      readonly total?: number;
      readonly isLast?: boolean;
    };
    const found = answer[name] as z.infer<Shape>[];
    rows.push(...found);
    const isWhole = answer.total === undefined ? answer.isLast !== false : rows.length >= answer.total;
    if (found.length === 0 || isWhole) break;
  }
  return rows;
}
