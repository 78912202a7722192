import { setTimeout as sleep } from 'node:timers/promises'
import type { StorageName } from '../lib/access.ts'
import type { WarehouseFixture } from '../lib/warehouse-fixture.ts'
import { type ActStep, duckdb, type Scenario, spark, type Step, trino } from '../lib/scenario.ts'
import { pythonScenario } from './pyiceberg.ts'
import { slowRows } from './slow-rows.ts'

/** Kinds of storage in which the warehouse forwards to a catalog that is not a Headgate server. */
const storages: readonly StorageName[] = [
  'upstream-fixture',
  'upstream-nessie',
  'upstream-glue',
  'upstream-s3tables',
]
const withoutViews: readonly StorageName[] = ['upstream-glue', 'upstream-s3tables']

const pyicebergUpstream: Scenario = pythonScenario('upstream', { storages })

const duckdbUpstream: Scenario = {
  name: 'duckdb/upstream',
  engines: ['duckdb'],
  storages,
  steps: ({ namespace: ns }) => [
    duckdb('creates a schema', `CREATE SCHEMA ice.${ns}`),
    duckdb(
      'creates a table from the result of a query',
      `CREATE TABLE ice.${ns}.c AS SELECT i AS id, 'n' || i AS name FROM range(1, 101) s(i)`,
    ),
    duckdb('inserts rows', `INSERT INTO ice.${ns}.c VALUES (101, 'n101')`),
    duckdb('deletes rows', `DELETE FROM ice.${ns}.c WHERE id <= 10`),
    duckdb('updates a row', `UPDATE ice.${ns}.c SET name = upper(name) WHERE id = 11`),
    duckdb('reads the rows', `SELECT count(*), min(id), max(id), min(name) FROM ice.${ns}.c`, [
      [91, 11, 101, 'N11'],
    ]),
    duckdb('lists the table', `SELECT table_name FROM duckdb_tables() WHERE schema_name = '${ns}'`, [['c']]),
    duckdb('drops the table', `DROP TABLE ice.${ns}.c`),
    duckdb('drops the schema', `DROP SCHEMA ice.${ns}`),
  ],
}

const sparkUpstream: Scenario = {
  name: 'spark/upstream',
  engines: ['spark'],
  storages,
  steps: ({ namespace: ns, storage, fixture }) => [
    spark('creates a namespace', `CREATE NAMESPACE ${ns}`),
    spark(
      'creates a partitioned table from the result of a query',
      `CREATE TABLE ${ns}.c USING iceberg PARTITIONED BY (bucket(4, id)) TBLPROPERTIES ('team' = 'lake')
       AS SELECT id, concat('n', id) name FROM range(1, 101)`,
    ),
    unlisted('the table of a running CTAS is in no list', ns, fixture),
    spark('reads the table of the CTAS', `SELECT count(*) FROM ${ns}.slow`, [[2]]),
    spark('inserts rows', `INSERT INTO ${ns}.c VALUES (101, 'n101')`),
    spark('deletes rows', `DELETE FROM ${ns}.c WHERE id <= 10`),
    spark(
      'merges rows',
      `MERGE INTO ${ns}.c t USING (SELECT 12 id, 'merged' name UNION ALL SELECT 200, 'new') s ON t.id = s.id
       WHEN MATCHED THEN UPDATE SET name = s.name WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, s.name)`,
    ),
    spark('reads the rows', `SELECT count(*), min(id), max(id) FROM ${ns}.c`, [[92, 11, 200]]),
    spark('reads the merged row', `SELECT name FROM ${ns}.c WHERE id = 12`, [['merged']]),
    spark('adds a column', `ALTER TABLE ${ns}.c ADD COLUMN price BIGINT`),
    spark(
      'replaces a table by the result of a query',
      `CREATE OR REPLACE TABLE ${ns}.slow USING iceberg AS SELECT id FROM range(7)`,
    ),
    spark('reads the replaced table', `SELECT count(*) FROM ${ns}.slow`, [[7]]),
    ...(withoutViews.includes(storage) ? [] : sparkViewSteps(ns)),
    spark('lists the tables', `SHOW TABLES IN ${ns}`, [
      [ns, 'c', false],
      [ns, 'slow', false],
    ]),
    spark('drops a table', `DROP TABLE ${ns}.c`),
    spark('drops the other table', `DROP TABLE ${ns}.slow`),
    spark('drops the namespace', `DROP NAMESPACE ${ns}`),
    spark('creates another namespace', `CREATE NAMESPACE ${ns}_failed`),
    spark(
      'a CTAS whose query fails ends with the error of the query',
      `CREATE TABLE ${ns}_failed.bad USING iceberg AS SELECT CAST(raise_error('stop') AS STRING) x FROM range(2)`,
      /stop/,
    ),
    spark('the table of the failed CTAS is in no list', `SHOW TABLES IN ${ns}_failed`, []),
    spark(
      'the same CTAS succeeds after the failure',
      `CREATE TABLE ${ns}_failed.bad USING iceberg AS SELECT CAST(id AS STRING) x FROM range(3)`,
    ),
    spark('reads its rows', `SELECT count(*) FROM ${ns}_failed.bad`, [[3]]),
  ],
}

function sparkViewSteps(ns: string): Step[] {
  return [
    spark('creates a view', `CREATE VIEW ${ns}.v AS SELECT id FROM ${ns}.c WHERE id > 100`),
    spark('reads through the view', `SELECT count(*) FROM ${ns}.v`, [[2]]),
    spark('replaces the view', `CREATE OR REPLACE VIEW ${ns}.v AS SELECT id FROM ${ns}.c WHERE id = 12`),
    spark('reads through the replaced view', `SELECT id FROM ${ns}.v`, [[12]]),
    spark('drops the view', `DROP VIEW ${ns}.v`),
  ]
}

/** Creates a step in which the administrator repeatedly lists and loads the table of a CTAS until it is finished. */
function unlisted(title: string, ns: string, fixture: WarehouseFixture | null): ActStep {
  const ctas = `CREATE TABLE ${ns}.slow USING iceberg AS ${slowRows(2, 6)}`
  return {
    title,
    on: 'spark',
    what: ctas,
    act: async (engine) => {
      if (fixture === null) throw new Error('this scenario needs a server that the run started')
      const lists: { readonly at: number; readonly contains: boolean }[] = []
      const state = { isRunning: true }
      const running = engine.sql(ctas).finally(() => {
        state.isRunning = false
      })
      running.catch(() => {})
      while (state.isRunning) {
        const at = Date.now()
        const { identifiers } = (await fixture.send('GET', `/v1/front/namespaces/${ns}/tables`)) as {
          readonly identifiers: readonly { readonly name: string }[]
        }
        lists.push({ at, contains: identifiers.some(({ name }) => name === 'slow') })
        await sleep(100)
      }
      await running
      const staged = (await fixture.events()).findLast(
        ({ operation, outcome }) => operation === 'createTable' && outcome === 'allowed',
      )
      const since = lists.filter(({ at }) => staged !== undefined && at > Date.parse(staged.time))
      // The last list may have been read after the commit, so it is not compared.
      const early = since.slice(0, -1)
      if (early.length < 10 || early.some(({ contains }) => contains))
        throw new Error(
          `the table of the CTAS was listed before its commit, or the test made fewer than 10 lists (${early.length})`,
        )
      return { text: `${early.length} lists between the stage-create and the commit` }
    },
  }
}

const trinoUpstream: Scenario = {
  name: 'trino/upstream',
  engines: ['trino'],
  storages,
  steps: ({ namespace: ns, storage }) => [
    trino('creates a schema', `CREATE SCHEMA ${ns}`),
    trino(
      'creates a partitioned table from the result of a query',
      `CREATE TABLE ${ns}.c WITH (partitioning = ARRAY['bucket(id, 4)'])
       AS SELECT n AS id, 'n' || CAST(n AS varchar) AS name FROM UNNEST(sequence(1, 100)) AS r(n)`,
    ),
    trino('inserts rows', `INSERT INTO ${ns}.c VALUES (101, 'n101')`),
    trino('deletes rows', `DELETE FROM ${ns}.c WHERE id <= 10`),
    trino(
      'merges rows',
      `MERGE INTO ${ns}.c t USING (VALUES (12, 'merged'), (200, 'new')) s(id, name) ON t.id = s.id
       WHEN MATCHED THEN UPDATE SET name = s.name WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, s.name)`,
    ),
    trino('reads the rows', `SELECT count(*), min(id), max(id) FROM ${ns}.c`, [[92, 11, 200]]),
    trino('reads the merged row', `SELECT name FROM ${ns}.c WHERE id = 12`, [['merged']]),
    trino('adds a column', `ALTER TABLE ${ns}.c ADD COLUMN price bigint`),
    trino('compacts files', `ALTER TABLE ${ns}.c EXECUTE optimize`),
    ...(withoutViews.includes(storage) ? [] : trinoViewSteps(ns)),
    trino('lists the table', `SHOW TABLES FROM ${ns}`, [['c']]),
    trino('drops the table', `DROP TABLE ${ns}.c`),
    trino('drops the schema', `DROP SCHEMA ${ns}`),
  ],
}

function trinoViewSteps(ns: string): Step[] {
  return [
    trino('creates a view', `CREATE VIEW ${ns}.v AS SELECT id FROM ${ns}.c WHERE id > 100`),
    trino('reads through the view', `SELECT count(*) FROM ${ns}.v`, [[2]]),
    trino('replaces the view', `CREATE OR REPLACE VIEW ${ns}.v AS SELECT id FROM ${ns}.c WHERE id = 12`),
    trino('reads through the replaced view', `SELECT id FROM ${ns}.v`, [[12]]),
    trino('drops the view', `DROP VIEW ${ns}.v`),
  ]
}

/** Scenarios of one table in a catalog behind an upstream warehouse. The catalog is not a Headgate server. */
export const upstreamTables: readonly Scenario[] = [
  pyicebergUpstream,
  duckdbUpstream,
  sparkUpstream,
  trinoUpstream,
]
