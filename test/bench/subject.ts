import { connect } from '../../src/platform/db/connect.ts';

/** What is measured: the server of a checkout, on a database of its own in the cluster that all of them share. */
export type Subject = {
  readonly name: string;
  readonly checkout: string;
  readonly url: string;
  readonly dataDir: string;
  /** What PostgreSQL has spent on planning this subject's statements so far. */
  readonly planningMs: () => Promise<number>;
};

/** Makes the database of a subject; its server builds the schema when it first starts. */
export async function makeSubject(
  name: string,
  checkout: string,
  cluster: { readonly url: string; readonly adminUrl: string; readonly dataDir: string },
): Promise<Subject> {
  const admin = connect(cluster.adminUrl, { max: 1 });
  const url = new URL(cluster.url);
  const database = `bench_${name}`;
  try {
    await admin`create database ${admin(database)} owner ${admin(decodeURIComponent(url.username))}`;
  } finally {
    await admin.end();
  }
  url.pathname = `/${database}`;
  return {
    name,
    checkout,
    url: url.href,
    dataDir: cluster.dataDir,
    async planningMs() {
      const db = connect(cluster.adminUrl, { max: 1 });
      try {
        const [row] = await db<{ planningMs: number }[]>`
          select coalesce(sum(total_plan_time), 0) as planning_ms
          from pg_stat_statements
          join pg_database on pg_database.oid = dbid
          where datname = ${database}`;
        return row?.planningMs ?? 0;
      } finally {
        await db.end();
      }
    },
  };
}
