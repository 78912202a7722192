import { setTimeout as sleep } from 'node:timers/promises'
import type { Engine, Rows } from '../lib/engine.ts'
import type { Lake } from '../lib/lake.ts'
import { duckdb, type Scenario } from '../lib/scenario.ts'
import type { Seen } from './lasting-figures.ts'
import { lives, workOutlives } from './outlives.ts'

/**
 * A session of DuckDB that outlives its keys. DuckDB renews them when storage refuses old ones with 401 or 403, by loading
 * the table again; any other status ends the statement, or makes it hang.
 */
export const duckdbKeyEnds: Scenario = {
  name: 'duckdb/key-ends',
  engines: ['duckdb'],
  storages: ['short-lived'],
  steps: ({ namespace: ns, lake }) => {
    const t = `ice.${ns}.t`
    const readAndWrite = async (engine: Engine, { lifetimeMs }: Lake): Promise<void> => {
      const end = Date.now() + (lives + 0.2) * lifetimeMs
      for (let row = 1; Date.now() < end; row += 1) {
        await engine.sql(`INSERT INTO ${t} VALUES (${row})`)
        expectRows(await engine.sql(`SELECT count(*), max(id) FROM ${t}`), [[row, row]])
        await sleep(lifetimeMs / 4)
      }
    }
    const readOnly = async (engine: Engine, { lifetimeMs }: Lake): Promise<void> => {
      const query = `SELECT count(*) > 1, min(id) FROM ${t}`
      const end = Date.now() + (lives + 0.2) * lifetimeMs
      while (Date.now() < end) {
        expectRows(await engine.sql(query), [[true, 1]])
        // Longer than one life: each query finds its keys ended.
        await sleep(lifetimeMs * 1.1)
      }
    }
    return [
      duckdb('reads files again, not from memory', 'SET enable_external_file_cache = false'),
      duckdb('creates a schema', `CREATE SCHEMA ice.${ns}`),
      duckdb('creates a table', `CREATE TABLE ${t} (id BIGINT)`),
      workOutlives(
        {
          title: 'writes and reads while its credentials end five times',
          on: 'duckdb',
          what: `INSERT INTO ${t} … and SELECT … FROM ${t}`,
          work: readAndWrite,
        },
        lake,
        severalCredentials,
      ),
      workOutlives(
        {
          title: 'reads with pauses that are longer than its credentials live',
          on: 'duckdb',
          what: `SELECT … FROM ${t}`,
          work: readOnly,
        },
        lake,
        severalCredentials,
      ),
      duckdb('drops the table', `DROP TABLE ${t}`),
    ]
  },
}

function expectRows(rows: Rows, expected: Rows): void {
  if (JSON.stringify(rows) !== JSON.stringify(expected))
    throw new Error(`expected ${JSON.stringify(expected)}, got ${JSON.stringify(rows)}`)
}

/** It has no refresh endpoint: the keys come with the table that it loads again. */
function severalCredentials({ mints, credentials }: Seen): string | null {
  return Math.min(mints, credentials) < lives
    ? `should have been ${lives} mints and credentials at least`
    : null
}
