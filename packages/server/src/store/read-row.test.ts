import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { insert, openThings, read, type Things, until } from '../../test/store/things.ts'
import { openSql } from './pool.ts'
import { type Sql, statement } from './sql.ts'

const update = statement('test_row_update', 'update thing set n = $2 where id = $1 returning n')
const backend = statement('test_row_backend', 'select pg_backend_pid(), $1::text')
const backendNap = statement('test_row_nap', 'select pg_backend_pid(), pg_sleep($1::float8)')
const poolBackend = statement('test_pool_backend', 'select pg_backend_pid()::text as pid')

let things: Things
let sql: Sql
beforeAll(async () => {
  things = await openThings()
  sql = await openSql({ url: things.url, poolSize: 10, statementTimeoutMs: 5_000 })
})
afterAll(async () => {
  await sql[Symbol.asyncDispose]()
  await things[Symbol.asyncDispose]()
})

let id: string
beforeEach(async () => {
  id = randomUUID()
  await things.sql.run(insert, [id, 7])
})

/** Returns the process ids of the PostgreSQL backends that execute concurrent reads. */
async function readers(on: Sql, reads = 50): Promise<Set<string>> {
  const rows = await Promise.all(Array.from({ length: reads }, (_, n) => on.readRow(backend, [String(n)])))
  expect(rows.map((row) => row?.[1])).toEqual(Array.from({ length: reads }, (_, n) => String(n)))
  return new Set(rows.map((row) => String(row?.[0])))
}

describe('readRow', () => {
  test('readRow returns the columns of a row as text, and null when no row matches', async () => {
    const all = statement(
      'test_row_all',
      `select 9007199254740993, null, true, '\\x00ff10'::bytea, array['a b', null], $1::text`,
    )
    expect(await sql.readRow(all, ['é "x"'])).toEqual([
      '9007199254740993',
      null,
      't',
      '\\x00ff10',
      '{"a b",NULL}',
      'é "x"',
    ])
    expect(await sql.readRow(all, [null])).toHaveLength(6)
    expect(await sql.readRow(read, [id])).toEqual(['7'])
    expect(await sql.readRow(read, [randomUUID()])).toBeNull()
  })

  test('concurrent calls of readRow share two connections and do not wait for each other', async () => {
    await expect.poll(async () => (await readers(sql)).size).toBe(2)
    const naps = [sql.readRow(backendNap, ['0.3']), sql.readRow(backendNap, ['0.30'])]
    const startedAt = performance.now()
    await Promise.all(naps)
    expect(performance.now() - startedAt).toBeLessThan(600)
  })

  test('equal reads share a query that starts after the last of them was requested', async () => {
    const counted = statement('test_row_counted', `select nextval('test_row_sequence'), $1::text`)
    await things.sql.run(statement('test_row_make_sequence', 'create sequence test_row_sequence'))
    const first = sql.readRow(counted, ['a'])
    const rest = Array.from({ length: 20 }, () => sql.readRow(counted, ['a']))
    const others = [sql.readRow(counted, ['b']), sql.readRow(counted, [null]), sql.readRow(counted, [''])]
    const rows = await Promise.all([first, ...rest, ...others])
    expect(new Set(rows.map((row) => row?.[0])).size).toBe(5)
    expect(new Set(rows.slice(1, 21).map((row) => row?.[0])).size).toBe(1)
  })

  test('a read that is requested after an acknowledged write returns this write, also while an equal read runs', async () => {
    for (let value = 10; value < 60; value += 1) {
      const running = Array.from({ length: 5 }, () => sql.readRow(read, [id]))
      await things.sql.run(update, [id, value])
      expect(await sql.readRow(read, [id])).toEqual([String(value)])
      await Promise.all(running)
    }
  })

  test('readRow uses connections of the pool when the pool is small', async () => {
    await using small = await openSql({ url: things.url, poolSize: 1 })
    const [own] = await small.run<{ pid: string }>(poolBackend)
    expect(await readers(small)).toEqual(new Set([own?.pid]))
  })

  test('a failing statement rejects its own readRow call, and no other call on the same connection', async () => {
    const division = statement('test_row_division', 'select 1 / $1::int')
    const results = await Promise.allSettled(['1', '0', '1', '0', '1'].map((n) => sql.readRow(division, [n])))
    expect(results.map((result) => (result.status === 'fulfilled' ? result.value : 'failed'))).toEqual([
      ['1'],
      'failed',
      ['1'],
      'failed',
      ['1'],
    ])
    expect(results[1]).toMatchObject({ reason: { code: '22012' } })
  })

  test('readRow executes a statement again on each connection after the statement failed there', async () => {
    const quotient = statement('test_row_quotient', 'select 6 / $1::int')
    const failing = Array.from({ length: 8 }, (_, n) => sql.readRow(quotient, [`0${'0'.repeat(n)}`]))
    for (const { status } of await Promise.allSettled(failing)) expect(status).toBe('rejected')
    const working = Array.from({ length: 8 }, (_, n) => sql.readRow(quotient, [`${'0'.repeat(n)}2`]))
    expect(await Promise.all(working)).toEqual(Array.from({ length: 8 }, () => ['3']))
  })

  test('readRow completes the reads that were sent together with failing reads', async () => {
    const division = statement('test_row_mixed_division', 'select 12 / $1::int')
    const divisors = Array.from({ length: 40 }, (_, n) => String(n % 4))
    const results = await Promise.allSettled([
      ...divisors.map((divisor, n) => sql.readRow(division, [`${'0'.repeat(n)}${divisor}`])),
      ...divisors.map((_, n) => sql.readRow(backend, [`mixed ${n}`])),
    ])
    const rows = results.map((result) => (result.status === 'fulfilled' ? result.value?.at(-1) : 'failed'))
    expect(rows).toEqual([
      ...divisors.map((divisor) => (divisor === '0' ? 'failed' : String(12 / Number(divisor)))),
      ...divisors.map((_, n) => `mixed ${n}`),
    ])
  })

  test('readRow rejects each read of a statement that PostgreSQL cannot prepare, and succeeds when it can be prepared', async () => {
    const late = statement('test_row_late', 'select * from late')
    for (const result of await Promise.allSettled([sql.readRow(late, []), sql.readRow(late, [])]))
      expect(result).toMatchObject({ status: 'rejected' })
    await things.ask('create table late as select 1 as a')
    expect(await sql.readRow(late, [])).toEqual(['1'])
  })

  test('readRow prepares a statement again after its table changed', async () => {
    const all = statement('test_row_shape', 'select * from row_shape')
    await things.ask('create table row_shape as select 1 as a')
    expect(await sql.readRow(all, [])).toEqual(['1'])
    await things.ask('alter table row_shape add column b integer default 2')
    const rows = await Promise.all(Array.from({ length: 20 }, () => sql.readRow(all, [])))
    expect(rows).toEqual(Array.from({ length: 20 }, () => ['1', '2']))
  })

  test('readRow rejects a read that takes too long with unavailable', async () => {
    await using quick = await openSql({ url: things.url, poolSize: 10, statementTimeoutMs: 500 })
    await expect(quick.readRow(backendNap, ['10'])).rejects.toMatchObject({
      code: 'unavailable',
      retryAfterSeconds: 1,
    })
    expect(await quick.readRow(read, [id])).toEqual(['7'])
  })

  test('readRow repeats a read on another connection after its connection was lost', async () => {
    const before = await readers(sql)
    const naps = Array.from({ length: 4 }, () => sql.readRow(backendNap, ['0.5']))
    await until(() => things.naps())
    expect(await things.terminate('%pg_backend_pid(), pg_sleep%')).toBeGreaterThan(0)
    for (const row of await Promise.all(naps)) expect(row).not.toBeNull()
    expect([...(await readers(sql))].some((pid) => !before.has(pid))).toBe(true)
  })

  test('readRow opens a new connection after idle connections were lost', async () => {
    await readers(sql)
    expect(await things.terminate('%pg_backend_pid(), $1%')).toBeGreaterThan(0)
    await sleep(100)
    expect((await readers(sql)).size).toBeLessThanOrEqual(2)
  })

  test('readRow rejects reads with unavailable after the time limit when the database does not respond', async () => {
    await using faulty = await things.proxied({ statementTimeoutMs: 500, poolSize: 10 })
    expect(await faulty.sql.readRow(read, [id])).toEqual(['7'])
    faulty.proxy.faults = { hang: true }
    const startedAt = performance.now()
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => faulty.sql.readRow(read, [id])))
    for (const result of results)
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } })
    expect(performance.now() - startedAt).toBeLessThan(15_000)
    faulty.proxy.faults = {}
    await expect.poll(() => faulty.sql.readRow(read, [id]).catch(() => null)).toEqual(['7'])
  })

  test('readRow uses connections of the pool when PostgreSQL accepts no more connections', async () => {
    const role = `few_readers_${randomUUID().replaceAll('-', '')}`
    await things.ask(`create role ${role} login password 'x' connection limit 1`)
    try {
      const url = new URL(things.url)
      ;[url.username, url.password] = [role, 'x']
      await using few = await openSql({ url: url.href, poolSize: 10 })
      const [own] = await few.run<{ pid: string }>(poolBackend)
      expect(await readers(few)).toEqual(new Set([own?.pid]))
    } finally {
      await things.ask(`drop role ${role}`)
    }
  })

  test('readRow uses connections of the pool while the server is read-only', async () => {
    const database = new URL(things.url).pathname.slice(1)
    const set = (text: string): Promise<unknown> =>
      things.sql.run(statement(`test_${text.length}`, `alter database ${database} ${text}`))
    await set('set default_transaction_read_only = on')
    await using pool = await openSql({ url: things.url, poolSize: 5 })
    const [own] = await pool.run<{ pid: string }>(poolBackend)
    expect(await readers(pool, 1)).toEqual(new Set([own?.pid]))
    await expect(pool.run(insert, [randomUUID(), 1])).rejects.toMatchObject({ code: 'unavailable' })
    await set('reset default_transaction_read_only')
    await pool.run(insert, [randomUUID(), 1])
    expect(await pool.readRow(read, [id])).toEqual(['7'])
  })

  test('readRow opens new connections after a write shows that the server became read-only', async () => {
    await using pool = await openSql({ url: things.url, poolSize: 5 })
    const before = await readers(pool, 1)
    const readOnly = statement('test_row_read_only', 'set default_transaction_read_only = on')
    await pool.run(readOnly)
    await expect(pool.run(insert, [randomUUID(), 1])).rejects.toMatchObject({ code: 'unavailable' })
    expect([...(await readers(pool, 1))]).not.toEqual([...before])
  })

  test('closing the pool completes pending reads of readRow, and opens no further connection', async () => {
    const closing = await openSql({ url: things.url, poolSize: 10 })
    await closing.readRow(read, [id])
    const pending = closing.readRow(backendNap, ['0.2'])
    await sleep(20)
    await closing[Symbol.asyncDispose]()
    expect(await pending).toHaveLength(2)
    await expect(closing.readRow(read, [id])).rejects.toMatchObject({ code: 'unavailable' })
  })
})
