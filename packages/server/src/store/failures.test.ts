import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DatabaseError } from 'pg'
import { isStalePlan } from './failures.ts'
import { openSql } from './pool.ts'
import { statement, type Sql } from './sql.ts'
import { add, insert, napAndWrite, openThings, type Things, until } from '../../test/store/things.ts'

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

describe('a failed connection', () => {
  test('a connection that cannot be opened results in the error unavailable, because no statement was sent', async () => {
    await using faulty = await things.proxied()
    faulty.proxy.faults = { refuse: true, resetAfterSent: 0 }
    await expect(faulty.sql.run(insert, [id, 1])).rejects.toMatchObject({
      code: expect.stringMatching(/unavailable|commit-state-unknown/) as string,
    })
    await expect(faulty.sql.run(insert, [id, 1])).rejects.toMatchObject({
      code: 'unavailable',
      retryAfterSeconds: 1,
    })
    expect(await things.readValue(id)).toBeUndefined()
    faulty.proxy.faults = {}
    await faulty.sql.run(insert, [id, 1])
    expect(await things.readValue(id)).toBe(1)
  })

  test('a connection that is lost during a write outside of a transaction results in commit-state-unknown', async () => {
    await using pool = await openSql({ url: things.url })
    expect(await killed(async (on) => await on.run(napAndWrite, [id, 12]), pool)).toMatchObject({
      code: 'commit-state-unknown',
    })
  })

  test('the pool repeats a read after its connection was lost', async () => {
    await using pool = await openSql({ url: things.url })
    // The statement reads the duration of its sleep from a row, so that the test can make it fast before the pool
    // sends it again.
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

  test('a connection that is lost in a transaction before COMMIT results in unavailable, because nothing was committed', async () => {
    await using pool = await openSql({ url: things.url })
    const work = async (on: Sql): Promise<unknown> =>
      await on.transaction(async (tx) => await tx.run(napAndWrite, [id, 12]))
    expect(await killed(work, pool)).toMatchObject({ code: 'unavailable' })
    expect(await things.readValue(id)).toBeUndefined()
  })

  test('a connection that is lost during COMMIT results in commit-state-unknown, because the change may have been committed', async () => {
    await using faulty = await things.proxied()
    const done = faulty.sql.transaction(async (tx) => {
      await tx.run(insert, [id, 1])
      // The test proxy forwards the statement to the server, but does not forward the response.
      faulty.proxy.faults = { resetAfterReceived: 0 }
    })
    await expect(done).rejects.toMatchObject({ code: 'commit-state-unknown' })
    await sleep(100)
    expect(await things.readValue(id)).toBe(1)
  })

  test('a statement fails after its time limit when the server does not answer', async () => {
    await using faulty = await things.proxied({ statementTimeoutMs: 1_000 })
    faulty.proxy.faults = { hang: true }
    const start = performance.now()
    await expect(faulty.sql.run(add, [id, 1])).rejects.toMatchObject({ code: 'commit-state-unknown' })
    expect(performance.now() - start).toBeLessThan(10_000)
  })

  test('the pool closes a connection when a write shows that the server is read-only', async () => {
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
    expect(await things.readValue(id)).toBe(2)
  })

  test('a transaction that PostgreSQL ended because it was idle for too long results in unavailable', async () => {
    await using pool = await openSql({ url: things.url, poolSize: 1, statementTimeoutMs: 100 })
    const done = pool.transaction(async (tx) => {
      await tx.run(insert, [id, 1])
      // Blocks this process, so that it notices the end of the connection only when it sends COMMIT.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_400)
    })
    await expect(done).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 1 })
    expect(await things.readValue(id)).toBeUndefined()
    await pool.run(insert, [id, 3])
  })

  test('openSql fails with a message that names the problem when the database cannot be reached, and leaves no connection open', async () => {
    const nowhere = new URL(things.url)
    nowhere.port = '1'
    await expect(openSql({ url: nowhere.href })).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('errors of a failed connection do not contain the password', async () => {
    const wrong = new URL(things.url)
    wrong.password = 'not-the-password'
    const error = await openSql({ url: wrong.href }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'unavailable' })
    expect(inspect(error, { depth: 9 })).not.toContain('not-the-password')
  })
})

describe('ping', () => {
  test('Sql.ping resolves when the database answers, and rejects when its signal aborts', async () => {
    await sql.ping(AbortSignal.timeout(5_000))
    await using faulty = await things.proxied()
    faulty.proxy.faults = { hang: true }
    await expect(faulty.sql.ping(AbortSignal.timeout(200))).rejects.toMatchObject({ name: 'TimeoutError' })
  })
})

test('isStalePlan detects the error about a plan of changed tables in every message language of PostgreSQL', () => {
  const inGerman = 'gecachter Plan darf den Ergebnistyp nicht ändern'
  const error = Object.assign(new DatabaseError(inGerman, 0, 'error'), {
    code: '0A000',
    routine: 'RevalidateCachedQuery',
  })
  expect(isStalePlan(error)).toBe(true)
  expect(isStalePlan(Object.assign(error, { routine: 'transformLockingClause' }))).toBe(false)
})
