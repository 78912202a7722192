import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { insert, openThings, read, type Things } from '../../test/store/things.ts'
import { openSql } from './pool.ts'
import { type RowFields, type Sql, statement } from './sql.ts'

const update = statement('test_cached_update', 'update thing set n = $2 where id = $1')
const readAgain = statement('test_cached_read', 'select n from thing where id = $1')
const executions = statement(
  'test_cached_executions',
  `select generic_plans + custom_plans from pg_prepared_statements where name = 'test_cached_read'`,
)
const decode = (row: RowFields | null): number => Number(row?.[0])

let things: Things
let sql: Sql
beforeAll(async () => {
  things = await openThings()
  // A pool with one connection for pipelined reads, so that `executions` reads the statements of this connection.
  sql = await openSql({ url: things.url, poolSize: 5 })
})
afterAll(async () => {
  await sql[Symbol.asyncDispose]()
  await things[Symbol.asyncDispose]()
})

let id: string
beforeEach(async () => {
  id = randomUUID()
  await things.sql.run(insert, [id, 1])
})

const count = async (): Promise<number> => Number((await sql.readRow(executions, []))?.[0] ?? 0)

describe('readCached', () => {
  test('PostgreSQL executes a statement again only after a change', async () => {
    const readTwenty = async (value: number): Promise<number> => {
      const before = await count()
      for (let n = 0; n < 20; n += 1) expect(await sql.readCached(readAgain, [id], decode)).toBe(value)
      return (await count()) - before
    }
    // Other tests change other databases of the same PostgreSQL server, which changes the snapshot too.
    await expect.poll(() => readTwenty(1), { interval: 1 }).toBe(0)
    await things.sql.run(update, [id, 2])
    expect(await readTwenty(2)).toBeGreaterThan(0)
    await expect.poll(() => readTwenty(2), { interval: 1 }).toBe(0)
  })

  test('concurrent calls share one decoded value', async () => {
    const values = await Promise.all(
      Array.from({ length: 20 }, () => sql.readCached(readAgain, [id], (row) => ({ row }))),
    )
    expect(new Set(values.slice(1)).size).toBe(1)
  })

  test('every change that another connection acknowledged before the call is in the result', async () => {
    await using other = await openSql({ url: things.url, poolSize: 10 })
    const ids = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const thing: string = randomUUID()
        await things.sql.run(insert, [thing, 0])
        return thing
      }),
    )
    const acknowledged = new Map(ids.map((thing) => [thing, 0]))
    const writing = new AbortController()
    let reads = 0
    const write = async (thing: string): Promise<void> => {
      for (let value = 1; value <= 150; value += 1) {
        // Runs a transaction that is rolled back, and then a transaction that sometimes stays open while other clients
        // read.
        await things.sql
          .transaction(async (tx) => {
            await tx.run(update, [thing, 1_000_000])
            throw new Error('rolled back')
          })
          .catch(() => undefined)
        await things.sql.transaction(async (tx) => {
          await tx.run(update, [thing, value])
          if (value % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 3))
        })
        acknowledged.set(thing, value)
      }
    }
    const readAll = async (from: Sql): Promise<void> => {
      while (!writing.signal.aborted) {
        for (const thing of ids) {
          const atLeast = acknowledged.get(thing) ?? 0
          const value = await from.readCached(readAgain, [thing], decode)
          if (value < atLeast || value > 150) throw new Error(`read ${value} after ${atLeast}`)
          reads += 1
        }
      }
    }
    const readers = [sql, sql, sql, other, other, other].map((from) => readAll(from))
    await Promise.all([...ids.slice(0, 3).map(write), new Promise((resolve) => setTimeout(resolve, 500))])
    writing.abort()
    await Promise.all(readers)
    expect(reads).toBeGreaterThan(200)
  }, 60_000)

  test('readCached reads again, and returns current values, while connections are lost', async () => {
    await using faulty = await things.proxied({ poolSize: 10, statementTimeoutMs: 2_000 })
    for (let value = 2; value < 12; value += 1) {
      for (let n = 0; n < 3; n += 1) await faulty.sql.readCached(read, [id], decode)
      await things.sql.run(update, [id, value])
      if (value % 2 === 0) await things.terminate('%pg_current_snapshot%')
      expect(await faulty.sql.readCached(read, [id], decode)).toBe(value)
    }
  })
})
