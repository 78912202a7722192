import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openSql } from './pool.ts'
import { statement, type Queryable, type Sql } from './sql.ts'
import { add, insert, nap, napAndWrite, openThings, read, type Things } from '../../test/store/things.ts'
import { isViolation } from './violation.ts'

const backend = statement('test_backend', 'select pg_backend_pid() as pid')

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

describe('values in statements', () => {
  const values = statement(
    'test_values',
    `select 42::bigint as small, 9007199254740993::bigint as wide, (-9223372036854775808)::bigint as least,
       '2026-11-21 10:17:31.123456+00'::timestamptz as at, '1969-12-31 23:59:59.999+00'::timestamptz as before,
       'infinity'::timestamptz as never, '6C84FB90-12C4-11E1-840D-7B25C5EE775A'::uuid as uuid, '\\x00ff10'::bytea as bytes,
       '{"id": 9007199254740993, "x": [1.5]}'::jsonb as json, array[1, null, 9007199254740993]::bigint[] as wides,
       array['a,b', null, 'c"d'] as texts, array['6c84fb90-12c4-11e1-840d-7b25c5ee775a']::uuid[] as uuids,
       true as truth, 7 as int, null::text as nothing`,
  )

  test('Sql.run returns each PostgreSQL type as one JavaScript type without loss', async () => {
    const [row] = await sql.run<Readonly<Record<string, unknown>>>(values)
    expect(row).toEqual({
      small: 42,
      wide: 9_007_199_254_740_993n,
      least: -9_223_372_036_854_775_808n,
      at: Date.UTC(2026, 10, 21, 10, 17, 31, 123),
      before: -1,
      never: Infinity,
      uuid: '6c84fb90-12c4-11e1-840d-7b25c5ee775a',
      bytes: Buffer.from([0, 255, 16]),
      json: { id: 9_007_199_254_740_993n, x: [1.5] },
      wides: [1, null, 9_007_199_254_740_993n],
      texts: ['a,b', null, 'c"d'],
      uuids: ['6c84fb90-12c4-11e1-840d-7b25c5ee775a'],
      truth: true,
      int: 7,
      nothing: null,
    })
  })

  test('Sql.run returns timestamps independently of the time zone of the session', async () => {
    const zoned = statement('test_zoned', `select '2026-01-01 00:00:00+00'::timestamptz as at`)
    for (const zone of ['Asia/Kolkata', 'America/St_Johns', 'Pacific/Kiritimati', 'UTC']) {
      await sql.transaction(async (tx) => {
        await tx.run(statement(`test_zone_${zone}`, `set local time zone '${zone}'`))
        expect(await tx.run(zoned)).toEqual([{ at: Date.UTC(2026, 0, 1) }])
      })
    }
  })

  test('Sql.run returns the same value that was passed as a parameter', async () => {
    const echo = statement(
      'test_echo',
      'select $1::bigint as a, $2::bytea as b, $3::timestamptz as c, $4::text[] as d, $5::jsonb as e',
    )
    const at = new Date(1_795_256_784_671)
    const [row] = await sql.run(echo, [2n ** 62n, Buffer.from([0, 1]), at, ['a"b', 'c,d'], '{"n":1}'])
    expect(row).toEqual({
      a: 2n ** 62n,
      b: Buffer.from([0, 1]),
      c: at.getTime(),
      d: ['a"b', 'c,d'],
      e: { n: 1 },
    })
  })
})

describe('Sql.run', () => {
  test('statement detects whether its SQL text changes data', () => {
    expect([insert, add, read, nap, napAndWrite].map(({ writes }) => writes)).toEqual([
      true,
      true,
      false,
      false,
      true,
    ])
  })

  test('Sql.run throws a constraint violation with the name of the constraint, and keeps the connection', async () => {
    const pool = await openSql({ url: things.url, poolSize: 1 })
    const [before] = await pool.run(backend)
    await pool.run(insert, [id, 1])
    const again = await pool.run(insert, [id, 1]).catch((error: unknown) => error)
    expect(isViolation(again)).toBe(true)
    expect(isViolation(again, 'thing_pkey')).toBe(true)
    expect(isViolation(again, 'thing_positive')).toBe(false)
    expect(
      isViolation(
        await pool.run(insert, [randomUUID(), -1]).catch((error: unknown) => error),
        'thing_positive',
      ),
    ).toBe(true)
    expect(isViolation(new Error('no'))).toBe(false)
    expect(await pool.run(backend)).toEqual([before])
    await pool[Symbol.asyncDispose]()
  })

  test('Sql.run cancels a statement that takes too long, and throws unavailable', async () => {
    await using pool = await openSql({ url: things.url, statementTimeoutMs: 1_000 })
    await expect(pool.run(napAndWrite, [id, 10])).rejects.toMatchObject({
      code: 'unavailable',
      retryAfterSeconds: 1,
    })
    expect(await things.readValue(id)).toBeUndefined()
  })

  test('Sql.run prepares a statement again after its table changed', async () => {
    await using pool = await openSql({ url: things.url, poolSize: 1 })
    const all = statement('test_all', 'select * from shape')
    await things.ask('create table shape as select 1 as a')
    expect(await pool.run(all)).toEqual([{ a: 1 }])
    await things.ask('alter table shape add column b integer default 2')
    expect(await pool.run(all)).toEqual([{ a: 1, b: 2 }])
  })

  test('Sql.run limits the time to wait for a connection, and refuses a statement immediately when too many callers wait', async () => {
    await using pool = await openSql({
      url: things.url,
      poolSize: 1,
      // The timeout must be long enough to open the first connection of the pool.
      connectionTimeoutMs: 2_000,
      maxWaiting: 2,
    })
    const { promise: free, resolve: release } = Promise.withResolvers<void>()
    const { promise: taken, resolve: take } = Promise.withResolvers<void>()
    const busy = pool.transaction(async () => {
      take()
      await free
    })
    await taken
    let settled = 0
    const waiting = [pool.run(read, [id]), pool.run(read, [id])].map(async (one) => {
      const outcome = await one.catch((error: unknown) => error)
      settled += 1
      return outcome
    })
    await expect(pool.run(insert, [id, 1])).rejects.toMatchObject({
      code: 'unavailable',
      retryAfterSeconds: 1,
    })
    expect(settled, 'those before it still wait').toBe(0)
    for (const one of waiting) expect(await one).toMatchObject({ code: 'unavailable' })
    release()
    await busy
    expect(await things.readValue(id)).toBeUndefined()
  })
})

describe('Sql.transaction', () => {
  test('Sql.transaction runs its statements in order, commits them, and returns the result of its callback', async () => {
    const result = await sql.transaction(async (tx) => {
      await tx.run(insert, [id, 1])
      const [, rows] = await Promise.all([tx.run(add, [id, 1]), tx.run<{ n: number }>(add, [id, 10])])
      return rows[0]?.n
    })
    expect(result).toBe(12)
    expect(await things.readValue(id)).toBe(12)
  })

  test('Sql.transaction calls the functions that were passed to afterCommit after its commit, and not after a rollback', async () => {
    const seen: string[] = []
    sql.afterCommit(() => seen.push('no transaction'))
    await sql.transaction(async (tx) => {
      tx.afterCommit(() => seen.push('first'))
      await tx.run(insert, [id, 1])
      tx.afterCommit(() => seen.push('second'))
      expect(seen).toEqual(['no transaction'])
    })
    expect(seen).toEqual(['no transaction', 'first', 'second'])
    await expect(
      sql.transaction(async (tx) => {
        tx.afterCommit(() => seen.push('undone'))
        await tx.run(insert, [id, 1])
      }),
    ).rejects.toThrow()
    expect(seen).toHaveLength(3)
  })

  test('Sql.transaction rolls back when its callback throws, and throws the same error', async () => {
    const reason = Object.assign(new Error('no such file'), { code: 'ENOENT' })
    const done = sql.transaction(async (tx) => {
      await tx.run(insert, [id, 1])
      throw reason
    })
    await expect(done).rejects.toBe(reason)
    expect(await things.readValue(id)).toBeUndefined()
  })

  test('Sql.transaction throws when its callback caught the error of a failed statement', async () => {
    const done = sql.transaction(async (tx) => {
      await tx.run(insert, [id, 1])
      await tx.run(insert, [id, 1]).catch(() => undefined)
    })
    await expect(done).rejects.toMatchObject({ code: 'internal' })
    expect(await things.readValue(id)).toBeUndefined()
  })

  test('Sql.transaction rolls back when its signal aborts before its commit', async () => {
    const controller = new AbortController()
    const done = sql.transaction(
      async (tx) => {
        await tx.run(insert, [id, 1])
        controller.abort(new Error('gone'))
      },
      { signal: controller.signal },
    )
    await expect(done).rejects.toThrow('gone')
    expect(await things.readValue(id)).toBeUndefined()
  })

  test('Sql.transaction does not start when its signal is already aborted', async () => {
    let ran = false
    const work = async (): Promise<void> => {
      ran = true
      await Promise.resolve()
    }
    await expect(sql.transaction(work, { signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow(
      'gone',
    )
    expect(ran).toBe(false)
  })

  test('Sql.transaction refuses statements after the transaction has ended', async () => {
    let leaked: Queryable | undefined
    await sql.transaction(async (tx) => {
      leaked = tx
      await tx.run(read, [id])
    })
    await expect(leaked?.run(insert, [id, 1])).rejects.toThrow('has already ended')
    expect(await things.readValue(id)).toBeUndefined()
  })

  test('Sql.transaction repeats transactions after a deadlock until all of them are committed', async () => {
    const [a, b] = [randomUUID(), randomUUID()]
    await sql.run(insert, [a, 0])
    await sql.run(insert, [b, 0])
    let attempts = 0
    const { promise: bothHoldOne, resolve } = Promise.withResolvers<void>()
    const both = async (first: string, second: string): Promise<void> =>
      await sql.transaction(async (tx) => {
        await tx.run(add, [first, 1])
        attempts++
        if (attempts === 2) resolve()
        await bothHoldOne
        await tx.run(add, [second, 1])
      })
    await Promise.all([both(a, b), both(b, a)])
    expect([await things.readValue(a), await things.readValue(b)]).toEqual([2, 2])
    expect(attempts).toBeGreaterThan(2)
  })

  test('Sql.transaction returns its connection to the pool after a commit, a failed statement and a thrown error', async () => {
    await using pool = await openSql({ url: things.url, poolSize: 1 })
    for (let round = 0; round < 5; round++) {
      await pool.transaction(async (tx) => await tx.run(insert, [id, -1])).catch(() => undefined)
      await pool.transaction(async () => await Promise.reject(new Error('x'))).catch(() => undefined)
      await pool.transaction(async (tx) => await tx.run(nap, [0]))
    }
    expect(await pool.run(read, [id])).toEqual([])
  })
})
