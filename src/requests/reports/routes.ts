import { createRoute, z } from '@hono/zod-openapi';
import type { Deps } from '../../platform/deps.ts';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { jsonContent } from '../../platform/http/schemas.ts';
import { countFigures } from './count-figures.ts';
import { figuresQuery, figuresSchema, renderFigures } from './figures-schemas.ts';
import { readReport, type ReportInput } from './read-report.ts';
import { REPORTS, type ReportName } from './report.ts';
import { renderCsv } from './render-csv.ts';
import { renderReport, reportQuery, reportSchema } from './schemas.ts';

const figures = createRoute({
  operationId: 'getFigures',
  tags: ['Reports'],
  security: [{ token: [] }],
  method: 'get',
  path: '/v1/figures',
  summary: 'Volume, response times and backlog',
  description:
    'Of a period of days in a time zone, counted whole: at most ten years, and 400 parts. What was opened, closed and ' +
    'answered in it, and what is open now.',
  request: { query: figuresQuery },
  responses: {
    200: jsonContent('The figures.', figuresSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden'),
  },
});

const ABOUT: Readonly<Record<ReportName, readonly [id: string, summary: string, description: string]>> = {
  volume: ['Volume', 'What was opened, closed and reopened', 'Each counts when it happened.'],
  backlog: ['Backlog', 'What was open', 'By hour: of the day at which it was opened.'],
  'first-answer': [
    'FirstAnswer',
    'How long the first answer took',
    'From the opening until the contact’s server had it, of the requests opened in the period; requests that were merged ' +
      'into another do not count.',
  ],
  resolution: [
    'Resolution',
    'How long the resolution took',
    'From the opening, pauses included, of what was settled in the period; requests that were merged into another do not count.',
  ],
  ratings: [
    'Ratings',
    'What contacts said of how requests were closed',
    'Each counts when it was first given.',
  ],
};

const EVERY =
  ' A period is at most ten years, by a part of time 400 parts. A request counts by what it is now: under its present team, ' +
  'operator, category and priority, an erased one nowhere.';

function reportRoutesOf(name: ReportName) {
  const [id, summary, description] = ABOUT[name];
  const common = {
    tags: ['Reports'],
    security: [{ token: [] }],
    method: 'get' as const,
    summary,
    request: { query: reportQuery },
  };
  const refused = problemResponses('invalid_input', 'unauthenticated', 'forbidden');
  return {
    json: createRoute({
      ...common,
      operationId: `get${id}Report`,
      path: `/v1/reports/${name}`,
      description: description + EVERY,
      responses: { 200: jsonContent('The report.', reportSchema(name, `${id}Report`)), ...refused },
    }),
    csv: createRoute({
      ...common,
      operationId: `export${id}Report`,
      path: `/v1/reports/${name}.csv`,
      summary: `${summary}, as CSV`,
      description: `The rows of the report. UTF-8, RFC 4180, a header line first. ${description}${EVERY}`,
      responses: {
        200: {
          description: 'The rows.',
          content: {
            'text/csv': {
              schema: z.string().openapi({ example: '"key","name"\r\n"2026-11-29",\r\n' }),
            },
          },
        },
        ...refused,
      },
    }),
  };
}

const ROUTES = REPORTS.map((name) => ({ name, ...reportRoutesOf(name) }));

/** How the desk does, in numbers. */
export function reportRoutes(deps: Pick<Deps, 'db' | 'clock'>): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(figures, async (c) => {
    const counted = await countFigures(deps, c.get('actor'), inputOf(c.req.valid('query')));
    return c.json(renderFigures(counted), 200);
  });
  for (const { name, json, csv } of ROUTES) {
    routes.openapi(json, async (c) => {
      const report = await readReport(deps, c.get('actor'), name, inputOf(c.req.valid('query')));
      return c.json(renderReport(report), 200);
    });
    routes.openapi(csv, async (c) => {
      const report = await readReport(deps, c.get('actor'), name, inputOf(c.req.valid('query')));
      const { body, headers } = renderCsv(report);
      return c.body(body, 200, headers);
    });
  }
  return routes;
}

function inputOf<By extends ReportInput['by']>({
  mailboxId,
  team,
  assignee,
  priority,
  category,
  ...period
}: {
  readonly from: string;
  readonly to: string;
  readonly timeZone?: string | undefined;
  readonly by?: By | undefined;
  readonly mailboxId?: readonly number[] | undefined;
  readonly team?: readonly number[] | undefined;
  readonly assignee?: readonly number[] | undefined;
  readonly priority?: ReportInput['priorities'];
  readonly category?: readonly string[] | undefined;
}) {
  return {
    ...period,
    mailboxIds: mailboxId,
    teamIds: team,
    assigneeIds: assignee,
    priorities: priority,
    categories: category,
  };
}
