import { brief, restless, slow, unrefreshable } from '../lasting/catalogs.ts'
import { spark, trino, type Scenario } from '../lib/scenario.ts'
import { outlives } from './outlives.ts'
import { slowRows } from './slow-rows.ts'

// messages of the gateway and of MinIO
const ended = /expired|InvalidAccessKeyId|Access Key Id you provided does not exist/i

/** Jobs that take longer than the lifetime of their first storage credentials, on a new table. */
export const sparkCtasRefresh: Scenario = {
  name: 'spark/ctas-refresh',
  engines: ['spark'],
  storages: ['short-lived', 'sts'],
  steps: ({ namespace: ns, fixture }) => [
    spark('creates a namespace', `CREATE NAMESPACE ${brief}.${ns}`),
    outlives(
      'finishes a CTAS that outlives its credentials five times',
      'spark',
      `CREATE TABLE ${brief}.${ns}.c USING iceberg AS ${slowRows(14, 8)}`,
      fixture,
    ),
    spark('has all of it', `SELECT count(*), count(DISTINCT id) FROM ${brief}.${ns}.c`, [[14, 14]]),
    spark('creates a table', `CREATE TABLE ${brief}.${ns}.i (id BIGINT, slept STRING) USING iceberg`),
    outlives(
      'finishes an INSERT that outlives its credentials five times',
      'spark',
      `INSERT INTO ${brief}.${ns}.i ${slowRows(14, 8)}`,
      fixture,
    ),
    spark('has all of that', `SELECT count(*), count(DISTINCT id) FROM ${brief}.${ns}.i`, [[14, 14]]),
    spark(
      'fails with credentials that it cannot renew',
      `CREATE TABLE ${unrefreshable}.${ns}.u USING iceberg AS ${slowRows(8, 8)}`,
      ended,
    ),
    spark('has no trace of that', `SHOW TABLES IN ${brief}.${ns} LIKE 'u'`, []),
  ],
}

/**
 * Trino has no function that waits, so it reads from a store that serves a file every two seconds. It requests keys
 * when it begins a file and uses them until the file is written, so it writes small files.
 */
export const trinoCtasRefresh: Scenario = {
  name: 'trino/ctas-refresh',
  engines: ['trino'],
  storages: ['short-lived', 'sts'],
  steps: ({ namespace: ns, fixture }) => {
    // Trino caches files that it has read, so each is read once
    const copyStatement = (source: string): string =>
      `WITH (target_max_file_size = '10kB') AS SELECT * FROM ${slow}.${ns}.${source}`
    return [
      trino('creates a schema (1)', `CREATE SCHEMA ${brief}.${ns}`),
      trino('creates a schema (2)', `CREATE SCHEMA ${restless}.${ns}`),
      trino('creates a table of many files (1)', `CREATE TABLE ${restless}.${ns}.many ${filesQuery(32)}`),
      trino('creates a table of many files (2)', `CREATE TABLE ${restless}.${ns}.some ${filesQuery(12)}`),
      outlives(
        'finishes a CTAS that outlives its credentials five times',
        'trino',
        `CREATE TABLE ${brief}.${ns}.c ${copyStatement('many')}`,
        fixture,
      ),
      trino('has all of it', `SELECT count(*), count(DISTINCT text) FROM ${brief}.${ns}.c`, [
        [16_000, 16_000],
      ]),
      trino('wrote all the time', `SELECT count(*) > 8 FROM ${brief}.${ns}."c$files"`, [[true]]),
      trino(
        'fails with credentials that it cannot renew',
        `CREATE TABLE ${unrefreshable}.${ns}.u ${copyStatement('some')}`,
        ended,
      ),
      // Trino commits the empty table first, and its rows later
      trino('has no row of that', `SELECT count(*) FROM ${brief}.${ns}.u`, [[0]]),
    ]
  },
}

function filesQuery(count: number): string {
  return `WITH (partitioning = ARRAY['part']) AS SELECT part, CAST(uuid() AS varchar) AS text
    FROM UNNEST(sequence(1, ${count})) AS p(part), UNNEST(sequence(1, 500)) AS r(n)`
}
