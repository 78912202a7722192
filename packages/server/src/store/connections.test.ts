import { randomBytes } from 'node:crypto'
import { testDatabase } from '@headgate/testkit'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSql } from './pool.ts'
import { statement } from './sql.ts'

const nap = statement('test_nap', 'select pg_backend_pid() as pid, pg_sleep(0.05)')
// The name of the role is random, because roles exist for the whole PostgreSQL server, and concurrent test runs
// create roles too.
const role = `few_connections_${randomBytes(6).toString('hex')}`

let database: Awaited<ReturnType<typeof testDatabase>>
let owner: Client
let url: string
beforeAll(async () => {
  database = await testDatabase()
  owner = new Client({ connectionString: database.url })
  await owner.connect()
  await owner.query(`create role ${role} login password 'x'`)
  const theirs = new URL(database.url)
  theirs.username = role
  theirs.password = 'x'
  url = theirs.href
})
afterAll(async () => {
  await owner.query(`drop role ${role}`)
  await owner.end()
  await database[Symbol.asyncDispose]()
})

async function limit(connections: number): Promise<void> {
  await owner.query(`alter role ${role} connection limit ${connections}`)
}

test('the pool continues with its open connections when PostgreSQL accepts no more connections', async () => {
  await limit(2)
  const messages: string[] = []
  await using sql = await openSql({ url, poolSize: 8, onError: ({ message }) => void messages.push(message) })
  for (let round = 0; round < 3; round += 1) {
    const rows = await Promise.all(Array.from({ length: 24 }, () => sql.run<{ pid: number }>(nap)))
    expect(new Set(rows.map(([row]) => row?.pid)).size).toBeLessThanOrEqual(2)
  }
  expect(messages).toEqual([expect.stringContaining('too many connections')])
})

test('the pool refuses a statement when it has no connection and PostgreSQL accepts none', async () => {
  await limit(1)
  await using sql = await openSql({ url, poolSize: 8 })
  await limit(0)
  await owner.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = '${role}'`)
  await expect
    .poll(() => sql.run(nap).catch((error: unknown) => error))
    .toMatchObject({
      code: 'unavailable',
      message: 'The database cannot be reached; try again.',
    })
  await limit(1)
  await expect.poll(() => sql.run(nap).catch(() => [])).toHaveLength(1)
})

test(
  'the pool opens more connections after PostgreSQL accepts connections again',
  { timeout: 20_000 },
  async () => {
    await limit(1)
    await using sql = await openSql({ url, poolSize: 4 })
    const used = async (): Promise<number> => {
      const rows = await Promise.all(Array.from({ length: 8 }, () => sql.run<{ pid: number }>(nap)))
      return new Set(rows.map(([row]) => row?.pid)).size
    }
    expect(await used()).toBe(1)
    await limit(4)
    await expect.poll(used, { timeout: 15_000, interval: 500 }).toBe(4)
  },
)
