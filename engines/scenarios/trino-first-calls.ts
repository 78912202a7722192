import { watched, formatCaller } from '../users/audit.ts'
import type { Scenario } from '../lib/scenario.ts'
import { alice, bob, prepared } from './trino-users.ts'

/** Rights of engines without a user, by their entries. Each engine has all grants, or may read the shared objects. */
export const trinoFirstCalls: Scenario = {
  name: 'trino/first-calls',
  engines: ['trino'],
  storages: ['users'],
  steps: ({ namespace: ns, fixture }) => {
    const table = `${ns}_shared.t`
    return [
      prepared(ns, fixture),
      alice('makes a table', `CREATE TABLE users.${table} AS SELECT 1 AS id`),
      bob('gets nowhere where first calls are denied', `SELECT * FROM denied.${table}`, /first_calls: deny/),
      bob('reads it where the configuration is allowed', `SELECT id FROM users.${table}`, [[1]]),
      bob('reads it where the engine may work as itself', `SELECT id FROM serving.${table}`, [[1]]),
      bob(
        'may not write there by the rights of the engine',
        `INSERT INTO serving.${table} VALUES 2`,
        /modify|denied|forbidden/i,
      ),
      bob(
        'finds no objects of hers there',
        `SHOW TABLES FROM serving.${ns}_alice`,
        /does not exist|not found/i,
      ),
      bob(
        'gets nothing where no user is passed on',
        `SELECT * FROM alone.${table}`,
        /first_calls: config-only/,
      ),
      watched(
        'trino',
        'an engine that may work as itself does so where no user is passed on, and it is written down',
        'SELECT',
        fixture,
        async (engine, since) => {
          const rows = await engine.sql(`SELECT id FROM alone_serving.${table}`, 'bob')
          if (JSON.stringify(rows) !== '[[1]]') throw new Error(`wrong rows: ${JSON.stringify(rows)}`)
          const loads = (await since()).filter(({ operation }) => operation === 'loadTable')
          const without = loads.filter(
            (event) => formatCaller(event) === 'trino-service' && event.detail?.['onBehalfOf'] === 'no user',
          )
          if (loads.length === 0 || without.length !== loads.length)
            throw new Error(`${without.length} of ${loads.length} loads have no user in the audit`)
          return `${loads.length} loads by trino-service, on behalf of: no user`
        },
      ),
      bob('writes nothing by it', `INSERT INTO alone_serving.${table} VALUES 2`, /modify|denied|forbidden/i),
    ]
  },
}
