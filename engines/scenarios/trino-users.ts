import { demandDoneBy, watched } from '../users/audit.ts'
import type { EngineName, Rows } from '../lib/engine.ts'
import type { WarehouseFixture } from '../lib/warehouse-fixture.ts'
import type { Scenario, SqlStep, Step } from '../lib/scenario.ts'

/** Returns a function that creates steps whose statements Trino runs as the given user. */
export function as(user: string): (title: string, sql: string, outcome?: Rows | RegExp) => SqlStep {
  return (title, sql, outcome) => {
    const step = { title: `${user} ${title}`, on: 'trino', sql, user } as const
    if (outcome === undefined) return step
    return outcome instanceof RegExp ? { ...step, fails: outcome } : { ...step, rows: outcome }
  }
}

export const alice: ReturnType<typeof as> = as('alice')
export const bob: ReturnType<typeof as> = as('bob')

/** Creates the first step of a scenario, which creates its namespaces and grants privileges to two users. */
export function prepared(ns: string, fixture: WarehouseFixture | null, on: EngineName = 'trino'): Step {
  return watched(
    on,
    'creates a namespace for each user, and a shared one',
    '(grants)',
    fixture,
    async (_engine, _since, server) => {
      for (const name of [`${ns}_alice`, `${ns}_bob`, `${ns}_shared`])
        await server.send('POST', '/v1/users/namespaces', { namespace: [name] })
      const grants = [
        ['alice', 'manage', 'alice'],
        ['bob', 'manage', 'bob'],
        ['alice', 'manage', 'shared'],
        ['bob', 'select', 'shared'],
        ['trino-service', 'select', 'shared'],
      ] as const
      for (const [principal, privilege, name] of grants) {
        const on = { warehouse: 'users', namespace: [`${ns}_${name}`] }
        await server.send('POST', '/management/v1/grants', { privilege, on, to: { principal } })
      }
      return grants.map(([principal, privilege, name]) => `${principal}: ${privilege} on ${name}`).join(', ')
    },
  )
}

const nothing = /does not exist|not found|NoSuch/i

/**
 * Scenario of two users of one Trino cluster. Headgate authorizes each request for the user of the statement, not for
 * the cluster.
 */
export const trinoUsers: Scenario = {
  name: 'trino/users',
  engines: ['trino'],
  storages: ['users'],
  steps: ({ namespace: ns, fixture }) => [
    prepared(ns, fixture),
    ...['users', 'users_off'].flatMap((catalog) => inOneCluster(catalog, ns, fixture)),
    as('carol')(
      'a user without a principal is refused with the reason',
      'SHOW SCHEMAS FROM users',
      /no user of this name|--makes-principals/,
    ),
    as('trino')(
      'the name of an engine is refused as a user',
      'SHOW SCHEMAS FROM users',
      /no user|engine|rule|--subject/,
    ),
  ],
}

function inOneCluster(catalog: string, ns: string, fixture: WarehouseFixture | null): Step[] {
  const [hers, his, shared] = ['alice', 'bob', 'shared'].map((name) => `${catalog}.${ns}_${name}`)
  const t = `t_${catalog}`
  const ctas = `CREATE TABLE ${hers}.${t} AS SELECT n AS id, 'x' AS text FROM UNNEST(sequence(1, 10)) AS r(n)`
  const insert = `INSERT INTO ${hers}.${t} VALUES (11, 'y')`
  const list = `SELECT schema_name FROM ${catalog}.information_schema.schemata WHERE schema_name LIKE '${ns}%' ORDER BY 1`
  return [
    watched('trino', `CTAS runs as the user (${catalog})`, ctas, fixture, async (engine, since) => {
      await engine.sql(ctas, 'alice')
      return demandDoneBy(await since(), 'alice by trino', ['createTable'])
    }),
    watched('trino', `INSERT runs as the user (${catalog})`, insert, fixture, async (engine, since) => {
      await engine.sql(insert, 'alice')
      return demandDoneBy(await since(), 'alice by trino', ['updateTable', 'loadTable'])
    }),
    alice(`alice reads the rows that she wrote (${catalog})`, `SELECT count(*), max(id) FROM ${hers}.${t}`, [
      [11, 11],
    ]),
    alice(`alice lists only her schemas (${catalog})`, list, [[`${ns}_alice`], [`${ns}_shared`]]),
    bob(`bob lists only his schemas (${catalog})`, list, [[`${ns}_bob`], [`${ns}_shared`]]),
    bob(`bob does not find the table of alice (${catalog})`, `SELECT * FROM ${hers}.${t}`, nothing),
    bob(
      `bob lists no table of alice (${catalog})`,
      `SELECT table_name FROM ${catalog}.information_schema.tables WHERE table_schema = '${ns}_alice'`,
      [],
    ),
    bob(`bob cannot write to the table of alice (${catalog})`, insert, nothing),
    bob(`bob creates a table in his schema (${catalog})`, `CREATE TABLE ${his}.${t} AS SELECT 1 AS id`),
    alice(`alice does not find the table of bob (${catalog})`, `SELECT * FROM ${his}.${t}`, nothing),
    alice(
      `alice creates a table in the shared schema (${catalog})`,
      `CREATE TABLE ${shared}.${t} AS SELECT 1 AS id`,
    ),
    bob(`bob reads the shared table (${catalog})`, `SELECT id FROM ${shared}.${t}`, [[1]]),
    bob(
      `bob may not write to the shared table (${catalog})`,
      `INSERT INTO ${shared}.${t} VALUES 2`,
      /modify|forbidden|not allowed|denied/i,
    ),
    bob(
      `bob may not drop the shared table (${catalog})`,
      `DROP TABLE ${shared}.${t}`,
      /manage|forbidden|not allowed|denied/i,
    ),
    alice(`the shared table still contains all rows (${catalog})`, `SELECT id FROM ${shared}.${t}`, [[1]]),
  ]
}
