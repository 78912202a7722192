import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '@headgate/postgres'
import { expect, test } from 'vitest'
import { openSql } from './pool.ts'
import { statement } from './sql.ts'

const look = statement('test_run_look', 'select pg_backend_pid()')
const writer = statement(
  'test_run_writer',
  `select pid from pg_stat_activity where backend_type = 'walwriter'`,
)

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
