import { refusal } from './strict.ts';
import type { Issue, World } from './world.ts';

/** Only the clauses that Mailroom sends; anything else is refused as Jira refuses what it cannot parse. */
export function search(world: World, jql: string, reconcile: readonly number[]): Issue[] {
  const now = world.clock.now().getTime();
  const value = '"((?:[^"\\\\]|\\\\.)*)"';
  const [where = ''] = jql.split(/ order by /i);
  const clauses = where.split(/ AND /i).map((text) => text.trim());
  const tests = clauses.map((clause): ((issue: Issue) => boolean) => {
    const project = new RegExp(`^project = ${value}$`, 'i').exec(clause)?.[1];
    if (project !== undefined) return (issue) => issue.project === project;
    const projects = new RegExp(`^project in \\((${value}(?:, ?${value})*)\\)$`, 'i').exec(clause)?.[1];
    if (projects !== undefined) return (issue) => projects.includes(`"${issue.project}"`);
    const label = new RegExp(`^labels = ${value}$`, 'i').exec(clause)?.[1];
    if (label !== undefined) return (issue) => ((issue.fields['labels'] ?? []) as string[]).includes(label);
    const minutes = /^updated >= -(\d+)m$/i.exec(clause)?.[1];
    if (minutes !== undefined)
      return (issue) => Date.parse(issue.updated.replace('+0000', 'Z')) >= now - Number(minutes) * 60_000;
    if (/^id in \(("\d+"(, )?)+\)$/i.test(clause)) {
      const ids = new Set(clause.match(/\d+/g));
      return (issue) => ids.has(issue.id);
    }
    throw refusal(400, `Error in the JQL Query: ${clause}`);
  });
  if (where.trim() === '') throw refusal(400, 'Unbounded JQL queries are not allowed here.');
  return world.issues.filter(
    (issue) =>
      (issue.indexedAt <= now || reconcile.includes(Number(issue.id))) && tests.every((test) => test(issue)),
  );
}
