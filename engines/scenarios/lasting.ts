import { restless } from '../lasting/short-lived.ts'
import type { Engine, EngineName } from '../lib/engine.ts'
import type { AuditEvent, Lake } from '../lib/lake.ts'
import { spark, trino, type ActStep, type Scenario, type Step } from '../lib/scenario.ts'

const lives = 5

/** Jobs that take longer than the storage credentials that they begin with, on a table that is not there yet. */
export const sparkCtasRefresh: Scenario = {
  name: 'spark/ctas-refresh',
  engines: ['spark'],
  storages: ['short-lived'],
  steps: ({ namespace: ns, lake }) => [
    spark('creates a namespace', `CREATE NAMESPACE ${ns}`),
    outlives(
      'finishes a CTAS that outlives its credentials five times',
      'spark',
      `CREATE TABLE ${ns}.c USING iceberg AS ${slowRows(14, 8)}`,
      lake,
    ),
    spark('has all of it', `SELECT count(*), count(DISTINCT id) FROM ${ns}.c`, [[14, 14]]),
    spark('creates a table', `CREATE TABLE ${ns}.i (id BIGINT, slept STRING) USING iceberg`),
    outlives(
      'finishes an INSERT that outlives its credentials five times',
      'spark',
      `INSERT INTO ${ns}.i ${slowRows(14, 8)}`,
      lake,
    ),
    spark('has all of that', `SELECT count(*), count(DISTINCT id) FROM ${ns}.i`, [[14, 14]]),
    spark(
      'fails with credentials that it cannot renew',
      `CREATE TABLE unrefreshable.${ns}.u USING iceberg AS ${slowRows(8, 8)}`,
      /expired/i,
    ),
    spark('has no trace of that', `SHOW TABLES IN ${ns} LIKE 'u'`, []),
  ],
}

/**
 * Trino has no function that waits, so it reads from a store that gives out a file every two seconds. It looks for keys
 * when it begins a file and keeps them until that is written, so it writes files as small as can be.
 */
export const trinoCtasRefresh: Scenario = {
  name: 'trino/ctas-refresh',
  engines: ['trino'],
  storages: ['short-lived'],
  steps: ({ namespace: ns, lake }) => {
    // Trino remembers files that it has read, so each is read once
    const copyOf = (source: string): string =>
      `WITH (target_max_file_size = '10kB') AS SELECT * FROM slow.${ns}.${source}`
    return [
      trino('creates a schema (1)', `CREATE SCHEMA ${ns}`),
      trino('creates a schema (2)', `CREATE SCHEMA ${restless}.${ns}`),
      trino('creates a table of many files (1)', `CREATE TABLE ${restless}.${ns}.many ${filesOf(32)}`),
      trino('creates a table of many files (2)', `CREATE TABLE ${restless}.${ns}.some ${filesOf(12)}`),
      outlives(
        'finishes a CTAS that outlives its credentials five times',
        'trino',
        `CREATE TABLE ${ns}.c ${copyOf('many')}`,
        lake,
      ),
      trino('has all of it', `SELECT count(*), count(DISTINCT text) FROM ${ns}.c`, [[16_000, 16_000]]),
      trino('wrote all the time', `SELECT count(*) > 8 FROM ${ns}."c$files"`, [[true]]),
      trino(
        'fails with credentials that it cannot renew',
        `CREATE TABLE unrefreshable.${ns}.u ${copyOf('some')}`,
        /expired/i,
      ),
      // Trino commits the empty table first, and what it writes then
      trino('has no row of that', `SELECT count(*) FROM ${ns}.u`, [[0]]),
    ]
  },
}

function filesOf(count: number): string {
  return `WITH (partitioning = ARRAY['part']) AS SELECT part, CAST(uuid() AS varchar) AS text
    FROM UNNEST(sequence(1, ${count})) AS p(part), UNNEST(sequence(1, 500)) AS r(n)`
}

/** A query whose tasks wait before they give their row, so that each writes a file of its own when it has waited. */
export function slowRows(tasks: number, seconds: number): string {
  return `SELECT id, java_method('java.lang.Thread', 'sleep', ${seconds * 1_000}L) AS slept FROM range(0, ${tasks}, 1, ${tasks})`
}

function outlives(title: string, on: EngineName, sql: string, lake: Lake | null): Step {
  const act = async (engine: Engine): Promise<string> => {
    if (!lake) throw new Error('the server is not one of this run')
    const before = (await lake.events()).length
    const began = Date.now()
    await engine.sql(sql)
    const ms = Date.now() - began
    const seen = renewals((await lake.events()).slice(before))
    const lived = ms / lake.lifetimeMs
    const remark = `${Math.round(ms / 1_000)} s = ${lived.toFixed(1)} credential lives: ${seen.text}`
    if (lived < lives || seen.refreshes < lives || seen.sessions < lives)
      throw new Error(`should have been ${lives} of each at least: ${remark}`)
    return remark
  }
  return { title, on, what: sql, act } satisfies ActStep
}

/** How often clients renewed, and with how many credentials they reached storage. */
export function renewals(events: readonly AuditEvent[]): {
  readonly refreshes: number
  readonly sessions: number
  readonly text: string
} {
  const asked = events.filter(({ operation }) => operation === 'loadCredentials')
  const refreshes = asked.filter(({ status }) => status === 200).length
  const used = events.flatMap(({ operation, detail }) =>
    operation.startsWith('s3.') && typeof detail?.['session'] === 'string' ? [detail['session']] : [],
  )
  const sessions = new Set(used).size
  const refused = asked.length === refreshes ? '' : ` (${asked.length - refreshes} refused)`
  return { refreshes, sessions, text: `${refreshes} refreshes${refused}, ${sessions} credentials used` }
}
