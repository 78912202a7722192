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
  test('receives the notifications of the channel after it resolves', async () => {
    const heard: (string | null)[] = []
    await using listening = await sql.listen('Channel "1"', (payload) => heard.push(payload))
    await using other = await sql.listen('other', () => heard.push('wrong'))
    await sql.run(statement('test_quoted', `select pg_notify('Channel "1"', 'a')`))
    await sql.run(statement('test_quoted_2', `select pg_notify('Channel "1"', 'b')`))
    await until(() => heard.length === 2)
    expect(heard).toEqual(['a', 'b'])
    expect([listening, other]).toHaveLength(2)
  })

  test('receives nothing from a transaction that is rolled back', async () => {
    const heard: (string | null)[] = []
    await using listening = await sql.listen('undone', (payload) => heard.push(payload))
    await sql
      .transaction(async (tx) => {
        await tx.run(notify('undone', 'lost'))
        throw new Error('x')
      })
      .catch(() => undefined)
    await sql.run(notify('undone', 'kept'))
    await until(() => heard.length > 0)
    expect(heard).toEqual(['kept'])
    expect(listening).toBeDefined()
  })

  test('ends when it is disposed of', async () => {
    const heard: (string | null)[] = []
    const listening = await sql.listen('stopped', (payload) => heard.push(payload))
    await listening[Symbol.asyncDispose]()
    await sql.run(notify('stopped', 'x'))
    await sleep(100)
    expect(heard).toEqual([])
  })

  test('reconnects after each loss, passes null to the callback, and receives notifications again', async () => {
    await using faulty = await things.proxied()
    const heard: (string | null)[] = []
    await using listening = await faulty.sql.listen('lossy', (payload) => heard.push(payload))
    for (let round = 1; round <= 3; round++) {
      await things.terminate('listen %')
      await until(() => heard.filter((payload) => payload === null).length === round)
      await sql.run(notify('lossy', `after ${round}`))
      await until(() => heard.includes(`after ${round}`))
    }
    expect(heard).toEqual([null, 'after 1', null, 'after 2', null, 'after 3'])
    expect(listening).toBeDefined()
  })

  test('continues to reconnect while the database is unavailable', async () => {
    await using faulty = await things.proxied()
    const heard: (string | null)[] = []
    await using listening = await faulty.sql.listen('away', (payload) => heard.push(payload))
    faulty.proxy.faults = { refuse: true, resetAfterReceived: 0, resetAfterSent: 0 }
    await things.terminate('listen %')
    await sleep(700)
    expect(heard).toEqual([])
    faulty.proxy.faults = {}
    await until(() => heard.length > 0)
    await sql.run(notify('away', 'x'))
    await until(() => heard.includes('x'))
    expect(heard).toEqual([null, 'x'])
    expect(listening).toBeDefined()
  })
})
