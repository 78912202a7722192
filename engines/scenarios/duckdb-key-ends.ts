import { setTimeout as sleep } from 'node:timers/promises'
import type { Engine, Rows } from '../lib/engine.ts'
import type { WarehouseFixture } from '../lib/warehouse-fixture.ts'
import { duckdb, type Scenario } from '../lib/scenario.ts'
import type { Seen } from './lasting-figures.ts'
import { lives, workOutlives } from './outlives.ts'
import { PassedKeyEnds } from './passed-key-ends.ts'

/**
 * Scenario in which a session of DuckDB outlives its storage keys. DuckDB loads the table again to get new keys when
 * the storage refuses old ones with 401 or 403. After any other status, the statement fails or hangs.
 */
export const duckdbKeyEnds: Scenario = {
  name: 'duckdb/key-ends',
  engines: ['duckdb'],
  storages: ['short-lived'],
  steps: ({ namespace: ns, fixture }) => {
    const t = `ice.${ns}.t`
    const written = new PassedKeyEnds()
    const readAndWrite = async (engine: Engine, { lifetimeMs }: WarehouseFixture): Promise<void> => {
      for (let row = 1; written.passed < lives; row += 1) {
        await written.run(lifetimeMs, () => engine.sql(`INSERT INTO ${t} VALUES (${row})`))
        const query = (): Promise<Rows> => engine.sql(`SELECT count(*), max(id) FROM ${t}`)
        expectRows(await written.run(lifetimeMs, query), [[row, row]])
        await sleep(lifetimeMs / 4)
      }
    }
    const read = new PassedKeyEnds()
    const readOnly = async (engine: Engine, { lifetimeMs }: WarehouseFixture): Promise<void> => {
      const query = (): Promise<Rows> => engine.sql(`SELECT count(*) > 1, min(id) FROM ${t}`)
      while (read.passed < lives) {
        expectRows(await read.run(lifetimeMs, query), [[true, 1]])
        // The pause is longer than the lifetime of keys, so each query begins with expired keys.
        await sleep(lifetimeMs * 1.1)
      }
    }
    return [
      duckdb('switches off the file cache of DuckDB', 'SET enable_external_file_cache = false'),
      duckdb('creates a schema', `CREATE SCHEMA ice.${ns}`),
      duckdb('creates a table', `CREATE TABLE ${t} (id BIGINT)`),
      workOutlives(
        {
          title: 'writes and reads while its credentials expire five times',
          on: 'duckdb',
          what: `INSERT INTO ${t} … and SELECT … FROM ${t}`,
          work: readAndWrite,
        },
        fixture,
        newKeysAfterEach(written),
      ),
      workOutlives(
        {
          title: 'reads again after pauses that are longer than the lifetime of its credentials',
          on: 'duckdb',
          what: `SELECT … FROM ${t}`,
          work: readOnly,
        },
        fixture,
        newKeysAfterEach(read),
      ),
      duckdb('drops the table', `DROP TABLE ${t}`),
    ]
  },
}

function expectRows(rows: Rows, expected: Rows): void {
  if (JSON.stringify(rows) !== JSON.stringify(expected))
    throw new Error(`expected ${JSON.stringify(expected)}, got ${JSON.stringify(rows)}`)
}

/**
 * Returns a function that checks the number of different storage keys: at least one for each expiry. Refreshes are not
 * counted, because DuckDB gets new keys by loading the table again. Before the first expiry, DuckDB may read all files
 * from its cache, without keys.
 */
function newKeysAfterEach(ends: PassedKeyEnds): (seen: Seen) => string | null {
  return ({ credentials }) =>
    credentials < ends.passed
      ? `the storage requests must have used other credentials after each of ${ends.passed} expiries`
      : null
}
