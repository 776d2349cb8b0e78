import { REPORTS } from '../../src/requests/reports/report.ts';

const figures = ({ teamId }: { readonly teamId: number }) => ({
  query: `?from=2026-11-01&to=2026-11-30&team=${teamId}`,
});

/** Calls of the operations on figures and reports that are answered. */
export const REPORT_CALLS = Object.fromEntries(
  ['figures', ...REPORTS.flatMap((name) => [`reports/${name}`, `reports/${name}.csv`])].map((path) => [
    `GET /v1/${path}`,
    figures,
  ]),
);
