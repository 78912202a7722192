import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DatabaseError } from 'pg'
import { isStalePlan } from './failures.ts'
import { openSql } from './pool.ts'
import { statement, type Sql } from './sql.ts'
import { add, insert, napAndWrite, openThings, type Things, until } from './test-things.ts'

let things: Things
let sql: Sql
beforeAll(async () => {
  things = await openThings()
  sql = things.sql
})
afterAll(async () => await things[Symbol.asyncDispose]())

let id: string
beforeEach(() => {
  id = randomUUID()
})

async function killed(run: (pool: Sql) => Promise<unknown>, pool: Sql): Promise<unknown> {
  const outcome = run(pool).catch((error: unknown) => error)
  await until(async () => (await things.terminate('%pg_sleep%')) > 0)
  return await outcome
}

describe('when the connection fails', () => {
  test('while it cannot be made, nothing was done: unavailable', async () => {
    await using faulty = await things.proxied()
    faulty.proxy.faults = { refuse: true, resetAfterSent: 0 }
    await expect(faulty.sql.run(insert, [id, 1])).rejects.toMatchObject({
      code: expect.stringMatching(/unavailable|commit-state-unknown/) as string,
    })
    await expect(faulty.sql.run(insert, [id, 1])).rejects.toMatchObject({
      code: 'unavailable',
      retryAfterSeconds: 1,
    })
    expect(await things.valueOf(id)).toBeUndefined()
    faulty.proxy.faults = {}
    await faulty.sql.run(insert, [id, 1])
    expect(await things.valueOf(id)).toBe(1)
  })

  test('under a write of its own, the outcome is unknown', async () => {
    await using pool = await openSql({ url: things.url })
    expect(await killed(async (on) => await on.run(napAndWrite, [id, 12]), pool)).toMatchObject({
      code: 'commit-state-unknown',
    })
  })

  test('under a read, it is read again', async () => {
    await using pool = await openSql({ url: things.url })
    // How long it takes stands in a row, so that it is quick when it is sent again.
    const napAndRead = statement(
      'test_nap_read',
      'select 7 as n from pg_sleep((select n from thing where id = $1))',
    )
    await sql.run(insert, [id, 12])
    const outcome = pool.run(napAndRead, [id])
    await until(() => things.naps())
    await sql.run(add, [id, -12])
    expect(await things.terminate('%pg_sleep%')).toBe(1)
    expect(await outcome).toEqual([{ n: 7 }])
  })

  test('within a transaction, before COMMIT, nothing was done: unavailable', async () => {
    await using pool = await openSql({ url: things.url })
    const work = async (on: Sql): Promise<unknown> =>
      await on.transaction(async (tx) => await tx.run(napAndWrite, [id, 12]))
    expect(await killed(work, pool)).toMatchObject({ code: 'unavailable' })
    expect(await things.valueOf(id)).toBeUndefined()
  })

  test('under COMMIT, the outcome is unknown, and it really may have happened', async () => {
    await using faulty = await things.proxied()
    const done = faulty.sql.transaction(async (tx) => {
      await tx.run(insert, [id, 1])
      // What we send still arrives; the answer does not.
      faulty.proxy.faults = { resetAfterReceived: 0 }
    })
    await expect(done).rejects.toMatchObject({ code: 'commit-state-unknown' })
    await sleep(100)
    expect(await things.valueOf(id)).toBe(1)
  })

  test('without a word, it is given up after the statement’s time', async () => {
    await using faulty = await things.proxied({ statementTimeoutMs: 1_000 })
    faulty.proxy.faults = { hang: true }
    const start = performance.now()
    await expect(faulty.sql.run(add, [id, 1])).rejects.toMatchObject({ code: 'commit-state-unknown' })
    expect(performance.now() - start).toBeLessThan(10_000)
  })

  test('a server that only reads, as one does that was the primary before, is left at once', async () => {
    const setting = (text: string): Promise<unknown> =>
      sql.run(
        statement(`test_${text.length}`, `alter database ${new URL(things.url).pathname.slice(1)} ${text}`),
      )
    await setting('set default_transaction_read_only = on')
    await using pool = await openSql({ url: things.url, poolSize: 1 })
    const transaction = (): Promise<unknown> => pool.transaction(async (tx) => await tx.run(insert, [id, 2]))
    for (const write of [() => pool.run(insert, [id, 1]), transaction]) {
      await expect(write()).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 1 })
    }
    await setting('reset default_transaction_read_only')
    await transaction()
    expect(await things.valueOf(id)).toBe(2)
  })

  test('a transaction that was left waiting for too long did nothing: unavailable', async () => {
    await using pool = await openSql({ url: things.url, poolSize: 1, statementTimeoutMs: 100 })
    const done = pool.transaction(async (tx) => {
      await tx.run(insert, [id, 1])
      // Nothing else moves in this process meanwhile, so that the end of the connection is heard of at the COMMIT.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_400)
    })
    await expect(done).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 1 })
    expect(await things.valueOf(id)).toBeUndefined()
    await pool.run(insert, [id, 3])
  })

  test('opening a pool fails with a sentence and leaves nothing open', async () => {
    const nowhere = new URL(things.url)
    nowhere.port = '1'
    await expect(openSql({ url: nowhere.href })).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('errors hold no password', async () => {
    const wrong = new URL(things.url)
    wrong.password = 'not-the-password'
    const error = await openSql({ url: wrong.href }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'unavailable' })
    expect(inspect(error, { depth: 9 })).not.toContain('not-the-password')
  })
})

describe('ping', () => {
  test('answers, and gives up when told', async () => {
    await sql.ping(AbortSignal.timeout(5_000))
    await using faulty = await things.proxied()
    faulty.proxy.faults = { hang: true }
    await expect(faulty.sql.ping(AbortSignal.timeout(200))).rejects.toMatchObject({ name: 'TimeoutError' })
  })
})

test('a plan whose tables have changed is known in every language', () => {
  const inGerman = 'gecachter Plan darf den Ergebnistyp nicht ändern'
  const error = Object.assign(new DatabaseError(inGerman, 0, 'error'), {
    code: '0A000',
    routine: 'RevalidateCachedQuery',
  })
  expect(isStalePlan(error)).toBe(true)
  expect(isStalePlan(Object.assign(error, { routine: 'transformLockingClause' }))).toBe(false)
})
