import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { schema } from '../iceberg/tables.ts'
import { migrate } from '../../src/store/migrate.ts'
import { migrations } from '../../src/store/migrations/index.ts'
import { openSql } from '../../src/store/pool.ts'
import { testServer } from '../server.ts'
import { checkLeftovers } from './check-leftovers.ts'
import { type Client, placeOn } from './fault-fixture.ts'
import { openServer } from './open-server.ts'
import { Database } from './restarting-database.ts'
import { type TimedResponse, send } from './send.ts'
import { appender, mover, type Writer } from './writers.ts'

test(
  'a database that restarts under load, gracefully or not, only delays requests',
  { timeout: 90_000 },
  async () => {
    await using database = await Database.start()
    await migrate({ url: database.url, migrations })
    await using sql = await openSql({ url: database.url })
    await using place = await placeOn(sql, database.url)
    await using server = await openServer({ environment: place.environment() })
    const refusals: { readonly from: number; readonly to: number; readonly response: TimedResponse }[] = []
    const client: Client = {
      async send(...request) {
        const from = performance.now()
        const response = await send(server.url, ...request)
        if (response !== null && response.status >= 400)
          refusals.push({ from, to: performance.now(), response })
        return response
      },
    }
    await client.send('POST', 'namespaces', { namespace: ['w'] })
    // The number of clients is so high that several commits share one statement.
    const many = Array.from({ length: 12 }, (_, n) => `m${n}`)
    await Promise.all(
      ['a', 'b', 'c', 'd', 'e1', 'e2', ...many].map((name) =>
        client.send('POST', 'namespaces/w/tables', { name, schema }),
      ),
    )
    const writers: readonly Writer[] = [
      appender(client, ['a'], true),
      appender(client, ['b'], true),
      appender(client, ['c'], false),
      appender(client, ['d'], false),
      appender(client, ['e1', 'e2'], true),
      mover(client, 'h'),
      ...many.map((name, n) => appender(client, [name], n % 3 !== 0)),
    ]
    let over = false
    const work = Promise.all(writers.map((writer) => writer.work(() => over)))
    const away: [from: number, to: number][] = []
    for (const how of ['stopped', 'killed'] as const) {
      await sleep(400)
      const from = performance.now()
      await database.restart(how)
      // Each connection of the pool detects its loss separately, and the listener may reconnect meanwhile.
      await sleep(1_500)
      away.push([from, performance.now()])
    }
    const acknowledged = writers.map((writer) => writer.acknowledged)
    const goOn = (): boolean =>
      writers.every((writer, index) => writer.acknowledged > (acknowledged[index] ?? 0))
    await expect.poll(goOn, { message: 'all writers continue afterwards' }).toBe(true)
    over = true
    await work
    expect(writers.flatMap(({ complaints }) => complaints)).toEqual([])
    expect(refusals.length).toBeGreaterThan(0)
    for (const { response, ...asked } of refusals) {
      expect(away.some(([from, to]) => asked.to >= from && asked.from <= to)).toBe(true)
      if (response.status === 503) expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
      else
        expect(response).toMatchObject({
          status: 500,
          json: { error: { type: 'CommitStateUnknownException' } },
        })
    }
    for (const writer of writers) await writer.check()
    await checkLeftovers(place)
  },
)

test('a right that is revoked while the database is unavailable is revoked when it is available again', async () => {
  const never = 3_600_000
  await using server = await testServer({ faultyDatabase: true, policyMaxAgeMs: never })
  const { database, warehouseId: id } = server
  if (database === null) throw new Error('nothing to break')
  const [ann, ben] = [await server.caller('ann'), await server.caller('ben')]
  const grantTo = (to: typeof ann) => ({ privilege: 'use', on: { kind: 'warehouse', id }, to }) as const
  for (const caller of [ann, ben]) {
    await server.grant(grantTo(caller))
    await expect.poll(async () => (await caller.send('GET', 'namespaces')).status).toBe(200)
  }
  database.faults = { refuse: true }
  database.resetAll()
  await server.revoke(grantTo(ann))
  await sleep(300)
  database.faults = {}
  const lists = (caller: typeof ann) => async (): Promise<number> =>
    (await caller.send('GET', 'namespaces')).status
  await expect.poll(lists(ann)).toBeOneOf([403, 404])
  await expect.poll(lists(ben)).toBe(200)
  // The server also receives notifications of later changes.
  await server.revoke(grantTo(ben))
  await expect.poll(lists(ben)).toBeOneOf([403, 404])
})
