import { setTimeout as sleep } from 'node:timers/promises'
import { restless, writer } from '../lasting/catalogs.ts'
import type { Engine } from '../lib/engine.ts'
import type { WarehouseFixture } from '../lib/warehouse-fixture.ts'
import { spark, type ActStep, type Remark, type Scenario } from '../lib/scenario.ts'
import { inWords, lookAt, since } from './lasting-figures.ts'
import { slowRows } from './slow-rows.ts'

/**
 * Scenario in which the server and its tables change during a Spark job. The job must succeed, unless its user loses
 * the privilege to write.
 */
export const disturbedInsert: Scenario = {
  name: 'spark/disturbed-insert',
  engines: ['spark'],
  storages: ['short-lived'],
  steps: ({ namespace: ns, fixture }) => {
    const t = `${restless}.${ns}.t`
    const insert = `INSERT INTO ${writer}.${ns}.t ${slowRows(12, 8)}`
    const grants = ['use', 'create', 'modify'].map((privilege) => ({
      privilege,
      on: { warehouse: restless, namespace: [ns] },
      to: { principal: writer },
    }))
    return [
      spark('creates a namespace', `CREATE NAMESPACE ${restless}.${ns}`),
      during(
        'grants another principal the privileges to write to the namespace',
        '(grants)',
        fixture,
        async (server) => {
          for (const grant of grants) await server.send('POST', '/management/v1/grants', grant)
          return { text: grants.map(({ privilege }) => privilege).join(', ') }
        },
      ),
      spark('creates a table', `CREATE TABLE ${t} (id BIGINT, slept STRING) USING iceberg`),
      during(
        'an INSERT succeeds although the table is renamed, the keys of the server are rotated and the server restarts',
        insert,
        fixture,
        async (server, engine) => {
          const before = await lookAt(server)
          const inserting = engine.sql(insert)
          inserting.catch(() => {})
          await sleep(8_000)
          await rename(server, ns, 't', 'elsewhere')
          const keys = await rotate(server)
          const away = await server.restart()
          await sleep(10_000)
          // Spark commits to the name under which it has loaded the table, so the table is renamed back.
          await rename(server, ns, 'elsewhere', 't')
          await inserting
          const seen = await since(server, before)
          return { text: `${keys} keys rotated, server unavailable for ${away} ms: ${inWords(seen)}` }
        },
      ),
      spark('the table contains all rows of the INSERT', `SELECT count(*), count(DISTINCT id) FROM ${t}`, [
        [12, 12],
      ]),
      during(
        'an INSERT fails after the privileges of its user are revoked',
        insert,
        fixture,
        async (server, engine) => {
          const before = (await server.events()).length
          const outcome = engine.sql(insert).then(
            () => null,
            (error: unknown) => String(error),
          )
          await sleep(8_000)
          const revoked = Date.now()
          for (const grant of grants) await server.send('POST', '/management/v1/grants/revoke', grant)
          const message = await outcome
          const ms = Date.now() - revoked
          if (message === null) throw new Error('the INSERT succeeded after the revocation')
          if (!/AccessDenied|Forbidden|403|NoSuchTable|NotFound|does not exist/i.test(message))
            throw new Error(`the INSERT failed for another reason: ${message}`)
          const refused = (await server.events()).slice(before).filter(({ status }) => status >= 400)
          const [first] = refused
          if (!first) throw new Error('the server refused no request')
          return {
            text: `refused ${ms} ms after the revocation; first refused operation: ${first.operation}`,
          }
        },
      ),
      spark('the table contains no row of the failed INSERT', `SELECT count(*) FROM ${t}`, [[12]]),
    ]
  },
}

function during(
  title: string,
  what: string,
  fixture: WarehouseFixture | null,
  act: (server: WarehouseFixture, engine: Engine) => Promise<Remark>,
): ActStep {
  return {
    title,
    on: 'spark',
    what,
    act: (engine) =>
      fixture
        ? act(fixture, engine)
        : Promise.reject(new Error('this scenario needs a server that the run started')),
  }
}

async function rename(server: WarehouseFixture, ns: string, from: string, to: string): Promise<void> {
  await server.send('POST', `/v1/${restless}/tables/rename`, {
    source: { namespace: [ns], name: from },
    destination: { namespace: [ns], name: to },
  })
}

/**
 * Rotates the keys of all purposes: adds new keys and promotes them immediately, because the server has only one
 * replica. Returns the number of keys.
 */
async function rotate(server: WarehouseFixture): Promise<number> {
  const { keys } = (await server.send('GET', '/management/v1/keys')) as { keys: { purpose: string }[] }
  const purposes = new Set(keys.map(({ purpose }) => purpose))
  for (const purpose of purposes) {
    const { id } = (await server.send('POST', '/management/v1/keys', { purpose })) as { id: string }
    await server.send('POST', `/management/v1/keys/${id}/promote`, { forceNow: true })
  }
  return purposes.size
}
