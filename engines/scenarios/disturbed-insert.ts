import { setTimeout as sleep } from 'node:timers/promises'
import { restless, writer } from '../lasting/catalogs.ts'
import type { Engine } from '../lib/engine.ts'
import type { WarehouseFixture } from '../lib/warehouse-fixture.ts'
import { spark, type ActStep, type Remark, type Scenario } from '../lib/scenario.ts'
import { inWords, lookAt, since } from './lasting-figures.ts'
import { slowRows } from './slow-rows.ts'

/**
 * Changes of a server and its tables during a job. They must not interrupt the job, unless its user loses the right.
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
      during('lets another principal write there', '(grants)', fixture, async (server) => {
        for (const grant of grants) await server.send('POST', '/management/v1/grants', grant)
        return { text: grants.map(({ privilege }) => privilege).join(', ') }
      }),
      spark('creates a table', `CREATE TABLE ${t} (id BIGINT, slept STRING) USING iceberg`),
      during(
        'finishes an INSERT through a rename, a rotation of the key ring and a restart',
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
          // a commit uses the name that the client knows
          await rename(server, ns, 'elsewhere', 't')
          await inserting
          const seen = await since(server, before)
          return { text: `${keys} keys rotated, server away for ${away} ms: ${inWords(seen)}` }
        },
      ),
      spark('has all of it', `SELECT count(*), count(DISTINCT id) FROM ${t}`, [[12, 12]]),
      during('ends an INSERT whose user’s right is revoked', insert, fixture, async (server, engine) => {
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
        if (message === null) throw new Error('it finished')
        if (!/AccessDenied|Forbidden|403|NoSuchTable|NotFound|does not exist/i.test(message))
          throw new Error(`it ended for another reason: ${message}`)
        const refused = (await server.events()).slice(before).filter(({ status }) => status >= 400)
        const [first] = refused
        if (!first) throw new Error('the server refused nothing')
        return { text: `${ms} ms after the revocation; first refused: ${first.operation}` }
      }),
      spark('has no row of that', `SELECT count(*) FROM ${t}`, [[12]]),
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
      fixture ? act(fixture, engine) : Promise.reject(new Error('the server is not one of this run')),
  }
}

async function rename(server: WarehouseFixture, ns: string, from: string, to: string): Promise<void> {
  await server.send('POST', `/v1/${restless}/tables/rename`, {
    source: { namespace: [ns], name: from },
    destination: { namespace: [ns], name: to },
  })
}

/**
 * Rotates the keys of every purpose in both phases, without a wait between them, because there is only this replica.
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
