import { setTimeout as sleep } from 'node:timers/promises'
import { testDatabase } from '@headgate/testkit'
import { Client } from 'pg'
import { expect, test } from 'vitest'
import { openSql } from './pool.ts'
import { statement, type Sql } from './sql.ts'

interface OddDatabase extends AsyncDisposable {
  readonly url: string
  readonly sql: Sql
}

/** Creates a database with settings that apply to all of its sessions. */
async function databaseWith(settings: Readonly<Record<string, string>>): Promise<OddDatabase> {
  await using stack = new AsyncDisposableStack()
  const { url } = stack.use(await testDatabase())
  const client = new Client({ connectionString: url })
  await client.connect()
  const name = client.escapeIdentifier(client.database ?? '')
  for (const [setting, value] of Object.entries(settings))
    await client.query(`alter database ${name} set ${setting} = ${client.escapeLiteral(value)}`)
  await client.end()
  const sql = stack.use(await openSql({ url, statementTimeoutMs: 5_000 }))
  const owned = stack.move()
  return { url, sql, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

const at = statement(
  'test_at',
  `select '2026-02-01 12:00:00+00'::timestamptz as at, 'epoch'::timestamptz as epoch`,
)

test.each(['German', 'SQL, DMY', 'Postgres, MDY'])(
  'the pool decodes timestamps in a database whose setting datestyle is %s',
  async (datestyle) => {
    // The time zone Africa/Monrovia was 44 minutes and 30 seconds behind UTC until 1972, so the offset of the epoch
    // contains seconds.
    await using database = await databaseWith({ datestyle, timezone: 'Africa/Monrovia' })
    expect(await database.sql.run(at)).toEqual([{ at: Date.UTC(2026, 1, 1, 12), epoch: 0 }])
  },
)

test('a transaction of the pool reads concurrent commits, regardless of the default isolation level of the database', async () => {
  await using database = await databaseWith({ default_transaction_isolation: 'serializable' })
  const isolation = statement(
    'test_isolation',
    `select current_setting('transaction_isolation') as isolation`,
  )
  const rows = await database.sql.transaction((tx) => tx.run(isolation))
  expect(rows).toEqual([{ isolation: 'read committed' }])
})

test('the time limits of the pool replace those of the database for statements and lock waits', async () => {
  await using database = await databaseWith({ statement_timeout: '100ms', lock_timeout: '100ms' })
  const { sql } = database
  await sql.run(statement('test_nap', 'select pg_sleep(0.3)'))
  const other = new Client({ connectionString: database.url, statement_timeout: 0 })
  await other.connect()
  await other.query('select pg_advisory_lock(1)')
  const locked = sql.run(statement('test_lock', 'select pg_advisory_xact_lock(1)'))
  await sleep(300)
  await other.end()
  await locked
  const limits = statement(
    'test_limits',
    `select current_setting('statement_timeout') as of_statements, current_setting('idle_in_transaction_session_timeout') as idle`,
  )
  expect(await sql.run(limits)).toEqual([{ of_statements: '5s', idle: '7s' }])
})

test('idle connections of the pool remain open and receive notifications, regardless of the time limits of the database', async () => {
  await using database = await databaseWith({ idle_session_timeout: '200ms' })
  const { sql } = database
  const received: (string | null)[] = []
  await using _ = await sql.listen('idle', (payload) => received.push(payload))
  const backend = statement('test_backend', 'select pg_backend_pid() as pid')
  const before = await sql.run(backend)
  await sleep(600)
  expect(await sql.run(backend)).toEqual(before)
  await sql.run(statement('test_notify', `select pg_notify('idle', 'a')`))
  await expect.poll(() => received).toEqual(['a'])
})
