import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { statement, type Sql, type Statement } from './sql.ts'
import { openThings, until, type Things } from '../../test/store/things.ts'

let things: Things
let sql: Sql
beforeAll(async () => {
  things = await openThings()
  sql = things.sql
})
afterAll(async () => await things[Symbol.asyncDispose]())

const notify = (channel: string, payload: string): Statement =>
  statement(`test_notify_${channel}_${payload}`, `select pg_notify('${channel}', '${payload}')`)

describe('listen', () => {
  test('Sql.listen receives the notifications of its channel after it has resolved', async () => {
    const received: (string | null)[] = []
    await using listening = await sql.listen('Channel "1"', (payload) => received.push(payload))
    await using other = await sql.listen('other', () => received.push('wrong'))
    await sql.run(statement('test_quoted', `select pg_notify('Channel "1"', 'a')`))
    await sql.run(statement('test_quoted_2', `select pg_notify('Channel "1"', 'b')`))
    await until(() => received.length === 2)
    expect(received).toEqual(['a', 'b'])
    expect([listening, other]).toHaveLength(2)
  })

  test('Sql.listen receives no notification of a transaction that is rolled back', async () => {
    const received: (string | null)[] = []
    await using listening = await sql.listen('undone', (payload) => received.push(payload))
    await sql
      .transaction(async (tx) => {
        await tx.run(notify('undone', 'lost'))
        throw new Error('x')
      })
      .catch(() => undefined)
    await sql.run(notify('undone', 'kept'))
    await until(() => received.length > 0)
    expect(received).toEqual(['kept'])
    expect(listening).toBeDefined()
  })

  test('Sql.listen receives no notifications after its subscription was disposed', async () => {
    const received: (string | null)[] = []
    const listening = await sql.listen('stopped', (payload) => received.push(payload))
    await listening[Symbol.asyncDispose]()
    await sql.run(notify('stopped', 'x'))
    await sleep(100)
    expect(received).toEqual([])
  })

  test('after each lost connection, Sql.listen reconnects, calls the callback with null, and receives notifications again', async () => {
    await using faulty = await things.proxied()
    const received: (string | null)[] = []
    await using listening = await faulty.sql.listen('lossy', (payload) => received.push(payload))
    for (let round = 1; round <= 3; round++) {
      await things.terminate('listen %')
      await until(() => received.filter((payload) => payload === null).length === round)
      await sql.run(notify('lossy', `after ${round}`))
      await until(() => received.includes(`after ${round}`))
    }
    expect(received).toEqual([null, 'after 1', null, 'after 2', null, 'after 3'])
    expect(listening).toBeDefined()
  })

  test('Sql.listen tries to reconnect until the database is available again', async () => {
    await using faulty = await things.proxied()
    const received: (string | null)[] = []
    await using listening = await faulty.sql.listen('away', (payload) => received.push(payload))
    faulty.proxy.faults = { refuse: true, resetAfterReceived: 0, resetAfterSent: 0 }
    await things.terminate('listen %')
    await sleep(700)
    expect(received).toEqual([])
    faulty.proxy.faults = {}
    await until(() => received.length > 0)
    await sql.run(notify('away', 'x'))
    await until(() => received.includes('x'))
    expect(received).toEqual([null, 'x'])
    expect(listening).toBeDefined()
  })
})
