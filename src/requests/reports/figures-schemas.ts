import { z } from '@hono/zod-openapi';
import { OPEN_STATUSES, PRIORITIES } from '../request.ts';
import type { Figures } from './count-figures.ts';
import { STEPS } from './report.ts';
import { day, ofRequests, ofTime } from './schemas.ts';

export const figuresQuery = z.strictObject({
  ...ofTime,
  by: z
    .enum(STEPS)
    .optional()
    .openapi({ description: 'The parts of the volume. Defaults to day. A week begins on Monday.' }),
  mailboxId: ofRequests.mailboxId,
  team: ofRequests.team,
});

const count = z.int().openapi({ example: 12 });
const seconds = z.int().nullable();

export const figuresSchema = z
  .object({
    from: day,
    to: day,
    timeZone: z.string().openapi({ example: 'Europe/Berlin' }),
    by: z.enum(STEPS),
    volume: z
      .array(
        z.object({
          from: day.openapi({ description: 'The first day of this part.' }),
          opened: count,
          closed: count.openapi({ description: 'Closed in the part, and still closed.' }),
          stillOpen: count.openapi({ description: 'Of those opened in the part, still open.' }),
        }),
      )
      .openapi({ description: 'Oldest first, parts without any request too.' }),
    firstResponse: z
      .object({
        answered: count,
        unanswered: count,
        medianSeconds: seconds.openapi({
          description: 'Half were answered within this time; null if none was.',
          example: 5400,
        }),
        ninetiethSeconds: seconds.openapi({
          description: 'Nine of ten were answered within this time.',
          example: 86_400,
        }),
      })
      .openapi({ description: 'Of the requests opened in the period.' }),
    backlog: z
      .array(z.object({ status: z.enum(OPEN_STATUSES), priority: z.enum(PRIORITIES), count }))
      .openapi({ description: 'What is open now; statuses and priorities without any are left out.' }),
  })
  .openapi('Figures');

/** Figures as the interface shows them. */
export function renderFigures({
  volume,
  response,
  backlog,
  ...period
}: Figures): z.infer<typeof figuresSchema> {
  return {
    ...period,
    volume: [...volume],
    firstResponse: {
      answered: response.answered,
      unanswered: response.unanswered,
      medianSeconds: response.median,
      ninetiethSeconds: response.ninetieth,
    },
    backlog: [...backlog],
  };
}
