import { brief, restless, slow, unrefreshable } from '../lasting/catalogs.ts'
import { spark, trino, type Scenario } from '../lib/scenario.ts'
import { outlives } from './outlives.ts'
import { slowRows } from './slow-rows.ts'

// the gateway's word for it, and MinIO's
const ended = /expired|InvalidAccessKeyId|Access Key Id you provided does not exist/i

/** Jobs that take longer than the storage credentials that they begin with, on a table that is not there yet. */
export const sparkCtasRefresh: Scenario = {
  name: 'spark/ctas-refresh',
  engines: ['spark'],
  storages: ['short-lived', 'sts'],
  steps: ({ namespace: ns, lake }) => [
    spark('creates a namespace', `CREATE NAMESPACE ${brief}.${ns}`),
    outlives(
      'finishes a CTAS that outlives its credentials five times',
      'spark',
      `CREATE TABLE ${brief}.${ns}.c USING iceberg AS ${slowRows(14, 8)}`,
      lake,
    ),
    spark('has all of it', `SELECT count(*), count(DISTINCT id) FROM ${brief}.${ns}.c`, [[14, 14]]),
    spark('creates a table', `CREATE TABLE ${brief}.${ns}.i (id BIGINT, slept STRING) USING iceberg`),
    outlives(
      'finishes an INSERT that outlives its credentials five times',
      'spark',
      `INSERT INTO ${brief}.${ns}.i ${slowRows(14, 8)}`,
      lake,
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
 * Trino has no function that waits, so it reads from a store that gives out a file every two seconds. It looks for keys
 * when it begins a file and keeps them until that is written, so it writes files as small as can be.
 */
export const trinoCtasRefresh: Scenario = {
  name: 'trino/ctas-refresh',
  engines: ['trino'],
  storages: ['short-lived', 'sts'],
  steps: ({ namespace: ns, lake }) => {
    // Trino remembers files that it has read, so each is read once
    const copyOf = (source: string): string =>
      `WITH (target_max_file_size = '10kB') AS SELECT * FROM ${slow}.${ns}.${source}`
    return [
      trino('creates a schema (1)', `CREATE SCHEMA ${brief}.${ns}`),
      trino('creates a schema (2)', `CREATE SCHEMA ${restless}.${ns}`),
      trino('creates a table of many files (1)', `CREATE TABLE ${restless}.${ns}.many ${filesOf(32)}`),
      trino('creates a table of many files (2)', `CREATE TABLE ${restless}.${ns}.some ${filesOf(12)}`),
      outlives(
        'finishes a CTAS that outlives its credentials five times',
        'trino',
        `CREATE TABLE ${brief}.${ns}.c ${copyOf('many')}`,
        lake,
      ),
      trino('has all of it', `SELECT count(*), count(DISTINCT text) FROM ${brief}.${ns}.c`, [
        [16_000, 16_000],
      ]),
      trino('wrote all the time', `SELECT count(*) > 8 FROM ${brief}.${ns}."c$files"`, [[true]]),
      trino(
        'fails with credentials that it cannot renew',
        `CREATE TABLE ${unrefreshable}.${ns}.u ${copyOf('some')}`,
        ended,
      ),
      // Trino commits the empty table first, and what it writes then
      trino('has no row of that', `SELECT count(*) FROM ${brief}.${ns}.u`, [[0]]),
    ]
  },
}

function filesOf(count: number): string {
  return `WITH (partitioning = ARRAY['part']) AS SELECT part, CAST(uuid() AS varchar) AS text
    FROM UNNEST(sequence(1, ${count})) AS p(part), UNNEST(sequence(1, 500)) AS r(n)`
}
