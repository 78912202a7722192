import { FaultProxy } from '@headgate/testkit'
import { expect, test } from 'vitest'
import { openSql } from '../../src/store/pool.ts'
import { statement } from '../../src/store/sql.ts'
import { testStore } from './database.ts'

const nap = statement('test-nap', 'select pg_sleep(20)')

test(
  'a pool on a database that hangs soon closes all of its connections on disposal, idle or in use',
  { timeout: 20_000 },
  async () => {
    await using store = await testStore()
    const url = new URL(store.url)
    await using proxy = await FaultProxy.start({ host: url.hostname, port: Number(url.port) })
    url.host = `127.0.0.1:${proxy.port}`
    const sql = await openSql({ url: url.href, poolSize: 3 })
    await sql.listen('test', () => undefined)
    const running = sql.run(nap).catch((error: unknown) => error)
    const { promise: never } = Promise.withResolvers<void>()
    const { promise: begun, resolve } = Promise.withResolvers<void>()
    // The work of this transaction does not end, and the transaction holds its connection.
    void sql.transaction(() => {
      resolve()
      return never
    })
    await begun
    proxy.faults = { hang: true }
    const startedAt = performance.now()
    await sql[Symbol.asyncDispose]()
    expect(performance.now() - startedAt).toBeLessThan(5_000)
    expect(await running).toMatchObject({
      code: expect.stringMatching(/^(?:unavailable|commit-state-unknown)$/),
    })
  },
)
