import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EmbeddedPostgres, startPostgres } from '@headgate/postgres'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { momentNow, momentSql } from './moment.ts'
import { openSql } from './pool.ts'
import { type Sql, type Statement, statement } from './sql.ts'

const put = statement('test-moment-put', 'update t set n = n + 1 where id = 1')
const look = statement(
  'test-moment-look',
  `select (select ${momentSql}) as moment, (select string_agg(n::text, ' ' order by id) from t) as seen`,
)
const snapshot = statement('test-moment-snapshot', 'select pg_current_snapshot()::text as snapshot')
const writer = statement(
  'test-moment-writer',
  `select pid from pg_stat_activity where backend_type = 'walwriter'`,
)

// On a server of its own: what is committed to any other database moves the store as well.
let directory: string
let postgres: EmbeddedPostgres
let sql: Sql
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'headgate-moment-'))
  const settings = { fsync: 'off', autovacuum: 'off', max_prepared_transactions: '10' }
  postgres = await startPostgres({ dataDir: directory, settings })
  sql = await openSql({ url: postgres.url })
  await sql.run(
    statement('test-moment-table', 'create table t as select id, 0 as n from generate_series(1, 4) id'),
  )
})
afterAll(async () => {
  await sql[Symbol.asyncDispose]()
  await postgres[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

async function only<Row extends object>(asked: Statement): Promise<Row> {
  const [row] = await sql.run<Row>(asked)
  if (row === undefined) throw new Error('no row')
  return row
}

async function undone(): Promise<void> {
  const work = sql.transaction(async (tx) => {
    await tx.run(put)
    throw new Error('not after all')
  })
  await expect(work).rejects.toThrow('not after all')
}

test('the store stays where it is until something is committed or undone', async () => {
  const moments = [await momentNow(sql)]
  await only(look)
  expect(await momentNow(sql)).toBe(moments[0])
  await sql.transaction(async (tx) => {
    await tx.run(put)
    expect(await momentNow(sql)).toBe(moments[0])
  })
  moments.push(await momentNow(sql))
  await undone()
  moments.push(await momentNow(sql))
  expect(new Set(moments).size).toBe(3)
  expect(moments).not.toContain(null)
})

/** What one transaction after the other does to a row of its own, in every way that one may end. */
async function write(id: number, isOver: () => boolean): Promise<void> {
  const client = new Client({ connectionString: postgres.url })
  await client.connect()
  const change = `update t set n = n + 1 where id = ${id}`
  const ends = [
    ['commit'],
    ['rollback'],
    [`prepare transaction 'p${id}'`, 'select 1', `commit prepared 'p${id}'`],
    [`prepare transaction 'p${id}'`, `rollback prepared 'p${id}'`],
  ]
  for (let n = 0; !isOver(); n += 1) {
    const back = n % 3 === 0 ? 'rollback to part' : 'release part'
    const steps = ['begin', change, 'savepoint part', change, back, ...(ends[n % ends.length] ?? [])]
    for (const step of steps) await client.query(step)
  }
  await client.end()
}

test('queries of one moment see the same, whatever goes on beside them', async () => {
  let over = false
  const writers = Promise.all([1, 2, 3, 4].map((id) => write(id, () => over)))
  const seenAt = new Map<string, string>()
  let again = 0
  // Writers may be slower to begin than readers.
  const isEnough = (): boolean => again > 50 && new Set(seenAt.values()).size > 50
  const read = async (): Promise<void> => {
    for (let n = 0; n < 500 || !isEnough(); n += 1) {
      const { moment, seen } = await only<{ moment: string; seen: string }>(look)
      if (seenAt.has(moment)) again += 1
      expect(seenAt.get(moment) ?? seen).toBe(seen)
      seenAt.set(moment, seen)
    }
  }
  try {
    await Promise.all([read(), read(), read(), read()])
  } finally {
    over = true
    await writers
  }
})

test.skipIf(process.platform === 'win32')(
  'after a crash that loses what failed, its number comes again and the moment does not',
  async () => {
    const { pid } = await only<{ pid: number }>(writer)
    const { seen } = await only<{ seen: string }>(look)
    // From here on nothing is written down that nobody waits for.
    process.kill(pid, 'SIGSTOP')
    await undone()
    const before = await only(snapshot)
    const moment = await momentNow(sql)
    process.kill(pid, 'SIGKILL')
    await expect.poll(() => momentNow(sql).catch(() => moment), { timeout: 20_000 }).not.toBe(moment)
    await sql.run(put)
    expect(await only(snapshot)).toEqual(before)
    const after = await only<{ moment: string; seen: string }>(look)
    expect(after.seen).not.toBe(seen)
    expect(after.moment).not.toBe(moment)
  },
)
