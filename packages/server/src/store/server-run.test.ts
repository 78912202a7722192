import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '@headgate/postgres'
import { expect, test } from 'vitest'
import { openSql } from './pool.ts'
import { type RowFields, statement } from './sql.ts'

const look = statement('test_run_look', 'select pg_backend_pid()')
const writer = statement(
  'test_run_writer',
  `select pid from pg_stat_activity where backend_type = 'walwriter'`,
)

const makeThing = statement(
  'test_run_make',
  'create table thing as select 1 as id, null::text as value, null::text as other',
)
const writeThing = statement('test_run_write', 'update thing set value = $1')
const writeOther = statement('test_run_write_other', 'update thing set other = $1')
const readThing = statement('test_run_read', 'select value from thing')
const checkpoint = statement('test_run_checkpoint', 'checkpoint')
const decode = (row: RowFields | null): string | null => row?.[0] ?? null

test.skipIf(process.platform === 'win32')(
  'after PostgreSQL restarted because of a crash, Sql calls listeners with null before it returns the first row',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'headgate-run-'))
    try {
      const settings = { fsync: 'off', restart_after_crash: 'on' }
      await using postgres = await startPostgres({ dataDir: directory, settings })
      await using sql = await openSql({ url: postgres.url, poolSize: 10 })
      let losses = 0
      await using listening = await sql.listen('test', (payload) => {
        if (payload === null) losses += 1
      })
      expect(listening).toBeDefined()
      await Promise.all(Array.from({ length: 5 }, () => sql.readRow(look, [])))
      expect(losses).toBe(0)
      const [row] = await sql.run<{ pid: number }>(writer)
      process.kill(row?.pid ?? 0, 'SIGKILL')
      const lossesAtRow = async (): Promise<number> => {
        const read = await sql.readRow(look, []).catch(() => null)
        return read === null ? 0 : losses
      }
      await expect.poll(lossesAtRow, { timeout: 20_000, interval: 1 }).toBeGreaterThan(0)
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  },
)

test.skipIf(process.platform === 'win32')(
  'after PostgreSQL lost an acknowledged change in a crash, readCached returns the value in the database',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'headgate-lost-'))
    try {
      // PostgreSQL acknowledges commits before they are durable, and reuses the ids of lost transactions.
      const settings = {
        fsync: 'off',
        restart_after_crash: 'on',
        synchronous_commit: 'off',
        wal_writer_delay: '10000',
      }
      await using postgres = await startPostgres({ dataDir: directory, settings })
      await using sql = await openSql({ url: postgres.url, poolSize: 10 })
      await sql.run(makeThing)
      await sql.run(writeThing, ['before'])
      await sql.run(checkpoint)
      let lost = 0
      for (let attempt = 0; attempt < 20 && lost === 0; attempt += 1) {
        const value = `attempt ${attempt}`
        await sql.run(writeThing, [value])
        for (let n = 0; n < 4; n += 1) expect(await sql.readCached(readThing, [], decode)).toBe(value)
        const [row] = await sql.run<{ pid: number }>(writer)
        process.kill(row?.pid ?? 0, 'SIGKILL')
        const restarted = async (): Promise<boolean> => {
          const [next] = await sql.run<{ pid: number }>(writer).catch(() => [])
          if (next === undefined || next.pid === row?.pid) return false
          // Uses the ids of lost transactions for another change.
          return (await sql.run(writeOther, [value]).catch(() => null)) !== null
        }
        await expect.poll(restarted, { timeout: 20_000, interval: 1 }).toBe(true)
        const [stored] = await sql.run<{ value: string }>(readThing)
        for (let n = 0; n < 4; n += 1) expect(await sql.readCached(readThing, [], decode)).toBe(stored?.value)
        if (stored?.value !== value) lost += 1
      }
      expect(lost).toBe(1)
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  },
  60_000,
)
