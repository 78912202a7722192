import type { EngineName } from '../lib/engine.ts'
import { pyiceberg, type Scenario, spark, type Step, trino } from '../lib/scenario.ts'
import type { WarehouseFixture } from '../lib/warehouse-fixture.ts'
import { leavers, signer } from '../signed/open-signed.ts'
import { demandDoneBy, watched } from '../users/audit.ts'

const refused = /access key or the signature of the request is not valid/i

/**
 * Scenarios of unmodified PyIceberg, Spark and Trino, which sign their requests with an access key of one principal.
 */
export const signedRequests: readonly Scenario[] = [
  {
    name: 'pyiceberg/sigv4',
    engines: ['pyiceberg'],
    storages: ['signed'],
    steps: ({ namespace: ns, fixture }) => [
      pyiceberg('creates, changes, reads, renames and drops a table', 'signed.writes', { ns }),
      pyiceberg('sends a body of more than 64 KiB', 'signed.large', { ns }),
      pyiceberg('uses names that need escapes', 'signed.names', { ns }),
      pyiceberg('is refused with another secret', 'signed.forged_secret'),
      pyiceberg('is refused with an unknown access key', 'signed.unknown_key'),
      pyiceberg('is refused with a signature for another service', 'signed.other_service'),
      pyiceberg('is refused with a token in addition to the signature', 'signed.token_too'),
      watched(
        'pyiceberg',
        'is refused with another access key after its removal',
        'signed.signs_with',
        fixture,
        async (engine, _since, server) => {
          const path = `/management/v1/principals/${signer}/access-keys`
          const { accessKeyId: key, secretAccessKey: secret } = (await server.send('POST', path)) as {
            readonly accessKeyId: string
            readonly secretAccessKey: string
          }
          await engine.call('signed.signs_with', { key, secret })
          await server.send('DELETE', `${path}/${key}`)
          const message = await engine.call('signed.signs_with', { key, secret }).then(
            () => 'accepted',
            (error: unknown) => String(error),
          )
          if (!refused.test(message))
            throw new Error(`a request with the removed access key was not refused: ${message}`)
          return 'UnauthorizedError'
        },
      ),
      watched(
        'pyiceberg',
        'appears in the audit log as its principal',
        'signed.writes',
        fixture,
        async (engine, since) => {
          await engine.call('signed.writes', { ns })
          return demandDoneBy(await since(), signer, [
            'createTable',
            'updateTable',
            'loadTable',
            'renameTable',
          ])
        },
      ),
    ],
  },
  {
    name: 'spark/sigv4',
    engines: ['spark'],
    storages: ['signed'],
    steps: ({ namespace: ns, fixture }) => [
      spark('creates a namespace', `CREATE NAMESPACE ${ns}`),
      watched(
        'spark',
        'creates a table as its principal',
        'CREATE TABLE … AS',
        fixture,
        async (engine, since) => {
          await engine.sql(`CREATE TABLE ${ns}.t USING iceberg AS SELECT id, 'a b+c' AS name FROM range(3)`)
          return demandDoneBy(await since(), signer, ['createTable', 'updateTable'])
        },
      ),
      spark('inserts', `INSERT INTO ${ns}.t VALUES (3, 'd')`),
      spark('deletes', `DELETE FROM ${ns}.t WHERE id = 0`),
      spark('changes the schema', `ALTER TABLE ${ns}.t ADD COLUMN more string`),
      spark('reads', `SELECT id, name, more FROM ${ns}.t ORDER BY id`, [
        [1, 'a b+c', null],
        [2, 'a b+c', null],
        [3, 'd', null],
      ]),
      spark('creates a view', `CREATE VIEW ${ns}.v AS SELECT count(*) AS n FROM ${ns}.t`),
      spark('reads the view', `SELECT n FROM ${ns}.v`, [[3]]),
      spark('uses names that need escapes', `CREATE NAMESPACE ${ns}.\`a+b c&d%20\``),
      spark('lists these names', `SHOW NAMESPACES IN ${ns}`, [[`${ns}.\`a+b c&d%20\``]]),
      refreshes('spark', ns, fixture),
      spark('is refused with another secret', `SELECT * FROM forged.${ns}.t`, refused),
      ...removal(spark, 'spark', ns, fixture),
    ],
  },
  {
    name: 'trino/sigv4',
    engines: ['trino'],
    storages: ['signed'],
    steps: ({ namespace: ns, fixture }) => [
      trino('creates a namespace', `CREATE SCHEMA ${ns}`),
      watched(
        'trino',
        'creates a table as its principal',
        'CREATE TABLE … AS',
        fixture,
        async (engine, since) => {
          await engine.sql(
            `CREATE TABLE ${ns}.t AS SELECT * FROM (VALUES (1, 'a b+c'), (2, 'd')) AS r (id, name)`,
          )
          return demandDoneBy(await since(), signer, ['createTable', 'updateTable'])
        },
      ),
      trino('inserts', `INSERT INTO ${ns}.t VALUES (3, 'e')`),
      trino('deletes', `DELETE FROM ${ns}.t WHERE id = 1`),
      trino('changes the schema', `ALTER TABLE ${ns}.t ADD COLUMN more varchar`),
      trino('reads', `SELECT id, name, more FROM ${ns}.t ORDER BY id`, [
        [2, 'd', null],
        [3, 'e', null],
      ]),
      trino('creates a view', `CREATE VIEW ${ns}.v AS SELECT count(*) AS n FROM ${ns}.t`),
      trino('reads the view', `SELECT n FROM ${ns}.v`, [[2]]),
      trino('is refused with another secret', `SELECT * FROM forged.${ns}.t`, refused),
      ...removal(trino, 'trino', ns, fixture),
    ],
  },
]

/** Creates a step in which the engine refreshes storage credentials by signed requests. */
function refreshes(on: EngineName, ns: string, fixture: WarehouseFixture | null): Step {
  return watched(
    on,
    'refreshes storage credentials by signed requests',
    'SELECT',
    fixture,
    async (engine, since) => {
      await engine.sql(`SELECT count(*) FROM ${ns}.t`)
      return demandDoneBy(await since(), signer, ['loadCredentials'])
    },
  )
}

/** Creates steps in which the administrator removes an access key while an engine uses it. */
function removal(
  sql: typeof spark,
  on: keyof typeof leavers,
  ns: string,
  fixture: WarehouseFixture | null,
): Step[] {
  const query = `SELECT count(*) FROM ${leavers[on]}.${ns}.t`
  return [
    sql('reads with another access key', query, on === 'spark' ? [[3]] : [[2]]),
    watched(on, 'loses this access key', '(removal)', fixture, async (_engine, _since, server) => {
      const path = `/management/v1/principals/${leavers[on]}/access-keys`
      const { accessKeys } = (await server.send('GET', path)) as {
        readonly accessKeys: readonly { readonly accessKeyId: string }[]
      }
      for (const { accessKeyId } of accessKeys) await server.send('DELETE', `${path}/${accessKeyId}`)
      return `${accessKeys.length} access key`
    }),
    sql('is refused with the removed access key', query, refused),
  ]
}
