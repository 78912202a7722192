import { brief, restless, slow, unrefreshable } from '../lasting/catalogs.ts'
import type { StorageName } from '../lib/access.ts'
import { spark, trino, type Scenario } from '../lib/scenario.ts'
import { outlives } from './outlives.ts'
import { slowRows } from './slow-rows.ts'

// Pattern of the error messages of the storage gateway and of MinIO for expired credentials.
const ended = /expired|InvalidAccessKeyId|Access Key Id you provided does not exist/i

const storages: readonly StorageName[] = [
  'short-lived',
  'sts',
  'upstream-pass-short-lived',
  'upstream-glue-short-lived',
  'upstream-s3tables-short-lived',
]

/** Scenario of Spark jobs on a new table that take longer than the lifetime of their first storage credentials. */
export const sparkCtasRefresh: Scenario = {
  name: 'spark/ctas-refresh',
  engines: ['spark'],
  storages,
  steps: ({ namespace: ns, fixture }) => [
    spark('creates a namespace', `CREATE NAMESPACE ${brief}.${ns}`),
    outlives(
      'a CTAS succeeds that takes five times the lifetime of its credentials',
      'spark',
      `CREATE TABLE ${brief}.${ns}.c USING iceberg AS ${slowRows(14, 8)}`,
      fixture,
    ),
    spark(
      'the table contains all rows of the CTAS',
      `SELECT count(*), count(DISTINCT id) FROM ${brief}.${ns}.c`,
      [[14, 14]],
    ),
    spark('creates a table', `CREATE TABLE ${brief}.${ns}.i (id BIGINT, slept STRING) USING iceberg`),
    outlives(
      'an INSERT succeeds that takes five times the lifetime of its credentials',
      'spark',
      `INSERT INTO ${brief}.${ns}.i ${slowRows(14, 8)}`,
      fixture,
    ),
    spark(
      'the table contains all rows of the INSERT',
      `SELECT count(*), count(DISTINCT id) FROM ${brief}.${ns}.i`,
      [[14, 14]],
    ),
    spark(
      'a CTAS fails when its credentials expire and cannot be refreshed',
      `CREATE TABLE ${unrefreshable}.${ns}.u USING iceberg AS ${slowRows(8, 8)}`,
      ended,
    ),
    spark('the table of the failed CTAS does not exist', `SHOW TABLES IN ${brief}.${ns} LIKE 'u'`, []),
  ],
}

/**
 * Scenario of Trino jobs that take longer than the lifetime of their first storage credentials. Trino has no SQL
 * function that waits, so the jobs read from a store that serves one file every two seconds. Trino uses the same keys
 * from the start to the end of a written file, so the jobs write small files.
 */
export const trinoCtasRefresh: Scenario = {
  name: 'trino/ctas-refresh',
  engines: ['trino'],
  storages,
  steps: ({ namespace: ns, fixture }) => {
    // Each job reads other files, because Trino caches files that it has read, and a cached file needs no storage
    // credentials.
    const copyStatement = (source: string): string =>
      `WITH (target_max_file_size = '10kB') AS SELECT * FROM ${slow}.${ns}.${source}`
    return [
      trino('creates a schema (1)', `CREATE SCHEMA ${brief}.${ns}`),
      trino('creates a schema (2)', `CREATE SCHEMA ${restless}.${ns}`),
      trino('creates a table of many files (1)', `CREATE TABLE ${restless}.${ns}.many ${filesQuery(32)}`),
      trino('creates a table of many files (2)', `CREATE TABLE ${restless}.${ns}.some ${filesQuery(12)}`),
      outlives(
        'a CTAS succeeds that takes five times the lifetime of its credentials',
        'trino',
        `CREATE TABLE ${brief}.${ns}.c ${copyStatement('many')}`,
        fixture,
      ),
      trino(
        'the table contains all rows of the CTAS',
        `SELECT count(*), count(DISTINCT text) FROM ${brief}.${ns}.c`,
        [[16_000, 16_000]],
      ),
      trino(
        'the CTAS wrote many files, so it used credentials during its whole duration',
        `SELECT count(*) > 8 FROM ${brief}.${ns}."c$files"`,
        [[true]],
      ),
      trino(
        'a CTAS fails when its credentials expire and cannot be refreshed',
        `CREATE TABLE ${unrefreshable}.${ns}.u ${copyStatement('some')}`,
        ended,
      ),
      // Trino commits the empty table first and its rows later, so the table exists after the failure.
      trino('the table of the failed CTAS contains no rows', `SELECT count(*) FROM ${brief}.${ns}.u`, [[0]]),
    ]
  },
}

function filesQuery(count: number): string {
  return `WITH (partitioning = ARRAY['part']) AS SELECT part, CAST(uuid() AS varchar) AS text
    FROM UNNEST(sequence(1, ${count})) AS p(part), UNNEST(sequence(1, 500)) AS r(n)`
}
