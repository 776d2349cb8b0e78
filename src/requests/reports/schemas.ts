import { z } from '@hono/zod-openapi';
import { isTimeZone } from '../../people/own-settings/own-settings.ts';
import { dayOf, idParameter, repeatable, text, time } from '../../platform/http/schemas.ts';
import { PRIORITIES } from '../request.ts';
import { GROUPS, type Report, REPORTS, type ReportName, STEPS } from './report.ts';

export const day = dayOf('2026-11-29');

export const ofTime = {
  from: day.openapi({ description: 'The first day of the period.' }),
  to: day.openapi({ description: 'The last day of the period.' }),
  timeZone: z
    .string()
    .refine(isTimeZone, 'must be the name of a time zone such as Europe/Berlin')
    .optional()
    .openapi({
      description: 'Where days begin and end. Defaults to the operator’s own, then to UTC.',
      example: 'Europe/Berlin',
    }),
};

export const ofRequests = {
  mailboxId: repeatable(idParameter).openapi({
    description: 'Defaults to every mailbox that the operator serves.',
  }),
  team: repeatable(idParameter).openapi({
    description:
      'Of these teams alone: for their leads, managers and admins. Defaults to whatever team it belongs to, if any.',
  }),
  assignee: repeatable(idParameter).openapi({ description: 'Of these operators alone.' }),
  priority: repeatable(z.enum(PRIORITIES)).openapi({ description: 'Of these priorities alone.' }),
  category: repeatable(text(200, 1)).openapi({ description: 'Of these categories alone.' }),
};

export const reportQuery = z.strictObject({
  ...ofTime,
  by: z
    .enum(GROUPS)
    .optional()
    .openapi({
      description:
        'What a row stands for. Defaults to day. A week begins on Monday; `hour` is the hour of the day. `team` is for leads, ' +
        'who see theirs, managers and admins.',
    }),
  ...ofRequests,
});

const count = (description: string) => z.int().openapi({ description, example: 12 });
const median = z
  .int()
  .nullable()
  .openapi({ description: 'Half took no longer; null if there was none.', example: 5400 });
const ninetieth = z.int().nullable().openapi({ description: 'Nine of ten took no longer.', example: 86_400 });
const withinPolicy = count('Of those, the promise was kept.');
const overPolicy = count('Of those, the time promised was over before.');

/** The figures of each report. */
export const FIGURES = {
  volume: {
    opened: count('Opened in the period.'),
    closed: count('Closed in the period, and still closed.'),
    reopened: count(
      'Taken up again in the period, by an operator or by an email, after it was resolved or closed.',
    ),
    stillOpen: count('Of those opened in the period, open now.'),
  },
  backlog: { open: count('Open at the end of the part, of the period, or now: whichever is first.') },
  'first-answer': {
    answered: count('Of the requests opened in the period, those with an answer that was sent.'),
    unanswered: count('Those without.'),
    medianSeconds: median,
    ninetiethSeconds: ninetieth,
    withinPolicy,
    overPolicy,
  },
  resolution: {
    resolved: count('Resolved in the period, or closed without, and not reopened since.'),
    medianSeconds: median,
    ninetiethSeconds: ninetieth,
    withinPolicy,
    overPolicy,
  },
  ratings: {
    helpful: count('Rated helpful in the period.'),
    unhelpful: count('Rated unhelpful in the period.'),
  },
} as const satisfies Record<ReportName, Readonly<Record<string, z.ZodType<number | null>>>>;

type ReportView = {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
  readonly by: (typeof GROUPS)[number];
  readonly asOf: string;
  readonly rows: readonly Readonly<Record<string, string | number | null>>[];
  readonly total: Readonly<Record<string, number | null>>;
};

/** A report as the interface shows it, as its own schema. */
export function reportSchema(name: ReportName, component: string): z.ZodType<ReportView> {
  return z
    .object({
      name: z.enum(REPORTS).openapi({ example: name }),
      from: day,
      to: day,
      timeZone: z.string().openapi({ example: 'Europe/Berlin' }),
      by: z.enum(GROUPS),
      asOf: time.openapi({
        description: 'When it was counted; nothing that had happened by then is missing.',
      }),
      rows: z
        .array(
          z.object({
            key: z.string().nullable().openapi({
              description:
                'The first day of a part, the hour, the id, the category or the priority; null: those that have none.',
              example: '2026-11-29',
            }),
            name: z.string().nullable().openapi({
              description:
                'The mailbox’s address, the team’s or operator’s name; null where the key says it.',
            }),
            ...FIGURES[name],
          }),
        )
        .openapi({
          description:
            `Of ${STEPS.join('s, ')}s, hours and priorities every one, in order; of anything else those with figures, the most ` +
            'first, 400 at most.',
        }),
      total: z.object(FIGURES[name]).openapi({ description: 'All of the period, and not only of the rows.' }),
    })
    .openapi(component);
}

/** A report as the interface shows it. */
export function renderReport({ asOf, rows, total, ...report }: Report): ReportView {
  return {
    ...report,
    asOf: asOf.toISOString(),
    rows: rows.map(({ key, name, values }) => ({ key, name, ...values })),
    total,
  };
}
