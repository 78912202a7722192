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
  test('results in unavailable when it could not be opened, because nothing was sent', async () => {
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

  test('results in an unknown outcome of a single write', async () => {
    await using pool = await openSql({ url: things.url })
    expect(await killed(async (on) => await on.run(napAndWrite, [id, 12]), pool)).toMatchObject({
      code: 'commit-state-unknown',
    })
  })

  test('makes the pool repeat a read', async () => {
    await using pool = await openSql({ url: things.url })
    // A row contains the duration, so that the statement is fast when it is sent again.
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

  test('results in unavailable within a transaction before COMMIT, because nothing was committed', async () => {
    await using pool = await openSql({ url: things.url })
    const work = async (on: Sql): Promise<unknown> =>
      await on.transaction(async (tx) => await tx.run(napAndWrite, [id, 12]))
    expect(await killed(work, pool)).toMatchObject({ code: 'unavailable' })
    expect(await things.valueOf(id)).toBeUndefined()
  })

  test('results in an unknown outcome during COMMIT, because the change may have been committed', async () => {
    await using faulty = await things.proxied()
    const done = faulty.sql.transaction(async (tx) => {
      await tx.run(insert, [id, 1])
      // The server receives the statement, but the client does not receive the response.
      faulty.proxy.faults = { resetAfterReceived: 0 }
    })
    await expect(done).rejects.toMatchObject({ code: 'commit-state-unknown' })
    await sleep(100)
    expect(await things.valueOf(id)).toBe(1)
  })

  test('ends the statement after its time limit when the server does not answer', async () => {
    await using faulty = await things.proxied({ statementTimeoutMs: 1_000 })
    faulty.proxy.faults = { hang: true }
    const start = performance.now()
    await expect(faulty.sql.run(add, [id, 1])).rejects.toMatchObject({ code: 'commit-state-unknown' })
    expect(performance.now() - start).toBeLessThan(10_000)
  })

  test('closes immediately when the server is read-only, like a former primary', async () => {
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

  test('results in unavailable for a transaction that was idle for too long, because it was rolled back', async () => {
    await using pool = await openSql({ url: things.url, poolSize: 1, statementTimeoutMs: 100 })
    const done = pool.transaction(async (tx) => {
      await tx.run(insert, [id, 1])
      // Blocks this process, so that it receives the end of the connection only at the COMMIT.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_400)
    })
    await expect(done).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 1 })
    expect(await things.valueOf(id)).toBeUndefined()
    await pool.run(insert, [id, 3])
  })

  test('makes opening a pool fail with a sentence, and leaves no connection open', async () => {
    const nowhere = new URL(things.url)
    nowhere.port = '1'
    await expect(openSql({ url: nowhere.href })).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('results in errors without the password', async () => {
    const wrong = new URL(things.url)
    wrong.password = 'not-the-password'
    const error = await openSql({ url: wrong.href }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'unavailable' })
    expect(inspect(error, { depth: 9 })).not.toContain('not-the-password')
  })
})

describe('ping', () => {
  test('returns when the database answers, and stops when its signal aborts', async () => {
    await sql.ping(AbortSignal.timeout(5_000))
    await using faulty = await things.proxied()
    faulty.proxy.faults = { hang: true }
    await expect(faulty.sql.ping(AbortSignal.timeout(200))).rejects.toMatchObject({ name: 'TimeoutError' })
  })
})

test('isStalePlan recognizes a plan of changed tables in every language of the server', () => {
  const inGerman = 'gecachter Plan darf den Ergebnistyp nicht ändern'
  const error = Object.assign(new DatabaseError(inGerman, 0, 'error'), {
    code: '0A000',
    routine: 'RevalidateCachedQuery',
  })
  expect(isStalePlan(error)).toBe(true)
  expect(isStalePlan(Object.assign(error, { routine: 'transformLockingClause' }))).toBe(false)
})
