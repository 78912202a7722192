import { brief } from '../lasting/catalogs.ts'
import type { Engine, Rows } from '../lib/engine.ts'
import type { WarehouseFixture } from '../lib/warehouse-fixture.ts'
import { spark, type ActStep, type Remark, type Scenario } from '../lib/scenario.ts'
import { outlives } from './outlives.ts'

/** Name of the warehouse of the catalog `brief`. */
const warehouse = 'seconds'

/** Conditions on the table of the scenario. */
const conditions = [
  'true',
  'id > 1152921504606846976 + 40',
  "region = 'eu'",
  "region IS NULL OR region <> 'us'",
  'isnan(x)',
  'x < 0',
  "ts >= TIMESTAMP '2024-01-03 00:00:00'",
  'later IS NOT NULL',
  "nest.inner = 7 AND region IN ('eu', 'us')",
] as const

/**
 * Scans that the server plans return the same rows as scans that Spark plans, on tables with deletes, deletion vectors and
 * evolution, and a scan outlives the credential of its plan.
 */
export const sparkPlanning: Scenario = {
  name: 'spark/planning',
  engines: ['spark'],
  storages: ['short-lived'],
  steps: ({ namespace: ns, fixture }) => {
    const tables = [2, 3].map((version) => `${brief}.${ns}.v${version}`)
    return [
      spark('creates a namespace', `CREATE NAMESPACE ${brief}.${ns}`),
      ...tables.flatMap((t, index) => [
        spark(
          `creates a partitioned table of format ${index + 2}`,
          `CREATE TABLE ${t} (id BIGINT, region STRING, x DOUBLE, ts TIMESTAMP_NTZ, nest STRUCT<inner: BIGINT>) USING iceberg
           PARTITIONED BY (region, days(ts))
           TBLPROPERTIES ('format-version' = '${index + 2}', 'write.delete.mode' = 'merge-on-read')`,
        ),
        spark('appends rows', `INSERT INTO ${t} ${rows(0)}`),
        spark('appends more rows', `INSERT INTO ${t} ${rows(1)}`),
        spark('deletes rows', `DELETE FROM ${t} WHERE nest.inner % 3 = 0`),
        spark('adds a column', `ALTER TABLE ${t} ADD COLUMN later STRING`),
        spark('adds a partition field', `ALTER TABLE ${t} ADD PARTITION FIELD bucket(4, id)`),
        spark(
          'appends rows of the new schema',
          `INSERT INTO ${t} VALUES (5, 'eu', double('NaN'), TIMESTAMP_NTZ '2024-02-01 00:00:00', named_struct('inner', 7L), 'now')`,
        ),
        planned(`plans scans of format ${index + 2} at the server with the same rows`, ns, t, fixture),
      ]),
      spark(
        'creates a table of 500 columns',
        `CREATE TABLE ${brief}.${ns}.wide USING iceberg AS SELECT ${columns(500)} FROM range(0, 20, 1, 2)`,
      ),
      planned('plans scans of 500 columns at the server', ns, `${brief}.${ns}.wide`, fixture, [
        'true',
        'c499 > 505',
        'c0 = 3',
      ]),
      spark(
        'creates a table of many files',
        `CREATE TABLE ${brief}.${ns}.many USING iceberg TBLPROPERTIES ('read.split.open-file-cost' = '134217728')
         AS SELECT id FROM range(0, 64, 1, 64)`,
      ),
      serverPlans('has the server plan the scans of the table', ns, 'many', fixture),
      outlives(
        'a scan succeeds that takes five times the lifetime of the credential of its plan',
        'spark',
        `SELECT count(*) FROM ${brief}.${ns}.many WHERE java_method('java.lang.Thread', 'sleep', 2000L) IS NULL OR id >= 0`,
        fixture,
      ),
    ]
  },
}

function rows(seed: number): string {
  return `SELECT 1152921504606846976 + id + ${seed * 50}, element_at(array('eu', 'us', NULL, 'ä'), int(id % 4) + 1),
      CASE WHEN id % 5 = 0 THEN double('NaN') WHEN id % 5 = 1 THEN NULL ELSE id - 20.5 END,
      TIMESTAMP_NTZ '2024-01-01 03:00:00' + make_interval(0, 0, 0, int(id % 4)),
      CASE WHEN id % 7 = 0 THEN NULL ELSE named_struct('inner', id % 10) END
    FROM range(0, 50, 1, 2)`
}

function columns(count: number): string {
  return Array.from({ length: count }, (_, index) => `id + ${index} AS c${index}`).join(', ')
}

/** Creates a step that compares the rows of scans that Spark plans with those of scans that the server plans. */
function planned(
  title: string,
  ns: string,
  table: string,
  fixture: WarehouseFixture | null,
  filters: readonly string[] = conditions,
): ActStep {
  const name = table.split('.').at(-1) ?? ''
  const act = async (engine: Engine): Promise<Remark> => {
    const server = started(fixture)
    const read = async (): Promise<readonly Rows[]> => {
      const found: Rows[] = []
      for (const filter of filters)
        found.push(await engine.sql(`SELECT to_json(struct(*)) FROM ${table} WHERE ${filter} ORDER BY 1`))
      return found
    }
    await setPlanner(server, ns, name, 'client')
    await engine.sql(`REFRESH TABLE ${table}`)
    const wanted = await read()
    const before = await plans(server)
    await setPlanner(server, ns, name, 'server')
    await engine.sql(`REFRESH TABLE ${table}`)
    const got = await read()
    const count = (await plans(server)) - before
    for (const [index, filter] of filters.entries()) {
      if (JSON.stringify(got[index]) !== JSON.stringify(wanted[index]))
        throw new Error(
          `${got[index]?.length} rows planned by the server, ${wanted[index]?.length} by Spark, for ${filter}`,
        )
    }
    if (count < filters.length) throw new Error(`the server planned only ${count} of ${filters.length} scans`)
    return { text: `${filters.length} filters, ${wanted[0]?.length} rows, ${count} plans of the server` }
  }
  return { title, on: 'spark', what: `SELECT … FROM ${table}`, act }
}

function serverPlans(title: string, ns: string, name: string, fixture: WarehouseFixture | null): ActStep {
  const act = async (engine: Engine): Promise<Remark> => {
    await setPlanner(started(fixture), ns, name, 'server')
    await engine.sql(`REFRESH TABLE ${brief}.${ns}.${name}`)
    return { text: 'scan-planning-mode=server' }
  }
  return { title, on: 'spark', what: '(scan planning)', act }
}

async function setPlanner(
  server: WarehouseFixture,
  namespace: string,
  relation: string,
  planner: 'client' | 'server',
): Promise<void> {
  await server.send('PUT', `/management/v1/warehouses/${warehouse}/scan-planning`, {
    namespace: [namespace],
    relation,
    planner,
  })
}

/** Returns the number of scans that the server has planned. */
async function plans(server: WarehouseFixture): Promise<number> {
  const planned = (await server.events()).filter(({ operation }) => operation === 'planTableScan')
  const failed = planned.find(({ status }) => status >= 400)
  if (failed !== undefined) throw new Error(`a plan was refused: ${failed.status} ${failed.reason}`)
  return planned.length
}

function started(fixture: WarehouseFixture | null): WarehouseFixture {
  if (fixture === null) throw new Error('this scenario needs a server that the run started')
  return fixture
}
