import { watched, formatCaller } from '../users/audit.ts'
import type { Scenario } from '../lib/scenario.ts'
import { alice, bob, prepared } from './trino-users.ts'

/**
 * Scenario of requests that an engine sends without a user, such as its first calls. The entry of the engine decides
 * what these requests may do. The engine `serving` has only `select` on the shared namespace, and the other engines
 * have all grants.
 */
export const trinoFirstCalls: Scenario = {
  name: 'trino/first-calls',
  engines: ['trino'],
  storages: ['users'],
  steps: ({ namespace: ns, fixture }) => {
    const table = `${ns}_shared.t`
    return [
      prepared(ns, fixture),
      alice('creates a table', `CREATE TABLE users.${table} AS SELECT 1 AS id`),
      bob(
        'is refused when the engine entry denies requests without a user',
        `SELECT * FROM denied.${table}`,
        /first_calls: deny/,
      ),
      bob(
        'reads the table through an engine that may only read the configuration without a user',
        `SELECT id FROM users.${table}`,
        [[1]],
      ),
      bob(
        'reads the table through an engine that has its own privileges without a user',
        `SELECT id FROM serving.${table}`,
        [[1]],
      ),
      bob(
        'may not write to the table through an engine that has its own privileges without a user',
        `INSERT INTO serving.${table} VALUES 2`,
        /modify|denied|forbidden/i,
      ),
      bob(
        'finds no tables of alice through an engine that has its own privileges without a user',
        `SHOW TABLES FROM serving.${ns}_alice`,
        /does not exist|not found/i,
      ),
      bob(
        'is refused if the engine sends no user and may only read the configuration',
        `SELECT * FROM no_user.${table}`,
        /first_calls: config-only/,
      ),
      watched(
        'trino',
        'an engine that sends no user reads with its own privileges, and the audit log shows it',
        'SELECT',
        fixture,
        async (engine, since) => {
          const rows = await engine.sql(`SELECT id FROM no_user_serving.${table}`, 'bob')
          if (JSON.stringify(rows) !== '[[1]]')
            throw new Error(`the statement returned other rows: ${JSON.stringify(rows)}`)
          const loads = (await since()).filter(({ operation }) => operation === 'loadTable')
          const withoutUser = loads.filter(
            (event) => formatCaller(event) === 'trino-service' && event.detail?.['onBehalfOf'] === 'no user',
          )
          if (loads.length === 0 || withoutUser.length !== loads.length)
            throw new Error(
              `only ${withoutUser.length} of ${loads.length} loads are recorded without a user in the audit log`,
            )
          return `${loads.length} loads by trino-service, on behalf of: no user`
        },
      ),
      bob(
        'an engine that sends no user may not write, because it has only select',
        `INSERT INTO no_user_serving.${table} VALUES 2`,
        /modify|denied|forbidden/i,
      ),
    ]
  },
}
