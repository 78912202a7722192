import { randomUUID } from 'node:crypto'
import { FaultProxy, testDatabase } from '@headgate/testkit'
import { Client } from 'pg'
import { describe, expect, test } from 'vitest'
import { checksum } from './apply-migration.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import type { Migration } from './migrations/migration.ts'
import {
  applied,
  ask,
  commitsThatNap,
  locks,
  one,
  slowToCommit,
  tables,
  two,
} from '../../test/store/migrations.ts'

describe('migrate', () => {
  test('migrate applies each missing migration once, in order', async () => {
    await using database = await testDatabase()
    expect(await migrate({ url: database.url, migrations: [one] })).toEqual([one])
    expect(await migrate({ url: database.url, migrations: [one, two] })).toEqual([two])
    expect(await migrate({ url: database.url, migrations: [one, two] })).toEqual([])
    expect(await tables(database.url)).toEqual(['one', 'schema_migration', 'two'])
    const records = await ask(
      database.url,
      'select version, name, checksum, applied_at is not null as dated from schema_migration',
    )
    expect(records).toEqual(
      [one, two].map((step) => ({
        version: step.version,
        name: step.name,
        checksum: checksum(step),
        dated: true,
      })),
    )
  })

  test('migrate refuses a database that contains tables of another program', async () => {
    await using database = await testDatabase()
    await ask(database.url, 'create table one ()')
    await expect(migrate({ url: database.url, migrations: [one] })).rejects.toThrow(
      'contains tables of another program (relation "one" already exists). Create a separate database for Headgate.',
    )
    expect(await applied(database.url)).toEqual([])
  })

  test('migrate refuses a database whose encoding is not UTF8', async () => {
    await using shared = await testDatabase()
    const name = `headgate_latin_${randomUUID().replaceAll('-', '')}`
    const url = new URL(shared.url)
    url.pathname = `/${name}`
    await ask(shared.url, `create database ${name} template template0 encoding 'LATIN1' locale 'C'`)
    try {
      const attempt = migrate({ url: url.href, migrations: [one] })
      await expect(attempt).rejects.toThrow(
        'needs a database in UTF8, but this database is in LATIN1. Create another database',
      )
      expect(await applied(url.href)).toEqual([])
    } finally {
      await ask(shared.url, `drop database ${name} with (force)`)
    }
  })

  test('migrate removes time limits that the database sets for its sessions', async () => {
    await using database = await testDatabase()
    const name = new URL(database.url).pathname.slice(1)
    await ask(database.url, `alter database ${name} set statement_timeout = '200ms'`)
    const slow: Migration = { version: 1, name: 'slow', sql: 'select pg_sleep(0.5)' }
    expect(await migrate({ url: database.url, migrations: [slow] })).toEqual([slow])
  })

  test('migrate creates the complete schema of Headgate', async () => {
    await using database = await testDatabase()
    expect(await migrate({ url: database.url, migrations })).toEqual(migrations)
    expect(await tables(database.url)).toContain('relation')
  })

  test('migrate rolls a failing migration back completely, reports the reason, and releases the lock', async () => {
    await using database = await testDatabase()
    const broken: Migration = { version: 2, name: 'broken', sql: 'create table half (); select 1/0' }
    const attempt = migrate({ url: database.url, migrations: [one, broken] })
    await expect(attempt).rejects.toThrow(
      'The migration 2 (broken) failed and was rolled back: division by zero',
    )
    expect(await tables(database.url)).toEqual(['one', 'schema_migration'])
    expect(await applied(database.url)).toEqual([1])
    expect(await locks(database.url)).toBe(0)
    await migrate({ url: database.url, migrations: [one, two] })
    expect(await applied(database.url)).toEqual([1, 2])
  })

  test('migrate reports a lost connection during COMMIT, and the next run continues from the state of the database', async () => {
    await using database = await testDatabase()
    const url = new URL(database.url)
    await using proxy = await FaultProxy.start({ host: url.hostname, port: Number(url.port) })
    url.host = `127.0.0.1:${proxy.port}`
    const steps = [one, slowToCommit(0.5)]
    const attempt = migrate({ url: url.href, migrations: steps }).catch((error: unknown) => error)
    await expect.poll(() => ask(database.url, commitsThatNap)).toHaveLength(1)
    proxy.faults = { resetAfterReceived: 1 }
    expect(String(await attempt)).toMatch(
      /while migration 2 \(slow to commit\) was being committed\. Start Headgate again/,
    )
    expect(await migrate({ url: database.url, migrations: steps })).toEqual([])
    expect(await applied(database.url)).toEqual([1, 2])
  })

  test('migrate refuses a database whose schema is newer than this version of Headgate', async () => {
    await using database = await testDatabase()
    await migrate({ url: database.url, migrations: [one, two] })
    const attempt = migrate({ url: database.url, migrations: [one] })
    await expect(attempt).rejects.toThrow(
      'This Headgate supports schema 1, the database has schema 2. Start a newer Headgate.',
    )
    expect(await locks(database.url)).toBe(0)
  })

  test('migrate refuses a database in which an applied migration has another checksum', async () => {
    await using database = await testDatabase()
    await migrate({ url: database.url, migrations: [one] })
    const changed = { ...one, sql: `${one.sql} ` }
    const attempt = migrate({ url: database.url, migrations: [changed, two] })
    await expect(attempt).rejects.toThrow(
      'Migration 1 (one) in the database differs from the one of this Headgate',
    )
    expect(await applied(database.url)).toEqual([1])
  })

  test('migrate refuses migrations whose numbers are not consecutive', async () => {
    await expect(migrate({ url: 'postgresql://nowhere', migrations: [two] })).rejects.toThrow('numbered')
  })

  test('migrate applies the migrations once when several replicas start at the same time', async () => {
    await using database = await testDatabase()
    const results = await Promise.all(
      Array.from({ length: 6 }, async () => await migrate({ url: database.url, migrations: [one, two] })),
    )
    expect(results.flat()).toEqual([one, two])
    expect(await ask(database.url, 'select a from one')).toEqual([{ a: 1 }])
    expect(await locks(database.url)).toBe(0)
  })

  test('migrate fails when another replica holds the migration lock for too long', async () => {
    await using database = await testDatabase()
    const slow: Migration = { version: 1, name: 'slow', sql: 'lock table gate' }
    const gate = new Client({ connectionString: database.url })
    await gate.connect()
    await gate.query('create table gate ()')
    await gate.query('begin; lock table gate')
    const first = migrate({ url: database.url, migrations: [slow] })
    await expect.poll(() => locks(database.url)).toBe(1)
    const second = migrate({ url: database.url, migrations: [slow], lockTimeoutMs: 100 })
    await expect(second).rejects.toThrow(
      'Another Headgate server has been changing the schema for more than 0.1 s',
    )
    await gate.end()
    await first
  })

  test(
    'migrate does not block other sessions for long while it waits for a table that another session has locked',
    { timeout: 20_000 },
    async () => {
      await using database = await testDatabase()
      await migrate({ url: database.url, migrations: [one] })
      const backup = new Client({ connectionString: database.url })
      await backup.connect()
      await backup.query('begin; select from one')
      let over = false
      const migrated = migrate({ url: database.url, migrations: [one, two] }).finally(() => (over = true))
      const waiting = `select from pg_locks where not granted and mode = 'AccessExclusiveLock'`
      await expect.poll(() => ask(database.url, waiting)).toHaveLength(1)
      const began = performance.now()
      expect(await ask(database.url, 'select a from one')).toEqual([{ a: 1 }])
      expect(performance.now() - began).toBeLessThan(3_000)
      expect(over).toBe(false)
      await backup.end()
      expect(await migrated).toEqual([two])
    },
  )

  test('migrate retries a migration after a deadlock with another session', { timeout: 20_000 }, async () => {
    await using database = await testDatabase()
    await migrate({ url: database.url, migrations: [one] })
    const other = new Client({ connectionString: database.url })
    await other.connect()
    const name = other.escapeIdentifier(other.database ?? '')
    await other.query(`create table gate (); alter database ${name} set deadlock_timeout = '500ms'`)
    await other.query(`set deadlock_timeout = '60s'`)
    await other.query('begin; lock table gate')
    const both: Migration = { version: 2, name: 'both', sql: 'lock table one; lock table gate' }
    const migrated = migrate({ url: database.url, migrations: [one, both] })
    const waiting = `select from pg_locks where not granted and relation = 'gate'::regclass`
    await expect.poll(() => ask(database.url, waiting)).toHaveLength(1)
    await other.query('lock table one')
    await other.end()
    expect(await migrated).toEqual([both])
  })

  test('migrate fails without a change when another session holds a table lock for too long', async () => {
    await using database = await testDatabase()
    await migrate({ url: database.url, migrations: [one] })
    const backup = new Client({ connectionString: database.url })
    await backup.connect()
    await backup.query('begin; select from one')
    const attempt = migrate({ url: database.url, migrations: [one, two], lockTimeoutMs: 100 })
    await expect(attempt).rejects.toThrow(
      'Migration 2 (two) needs a table that another session has locked for more than 0.1 s, such as a backup. Wait for that session to end',
    )
    await backup.end()
    expect(await applied(database.url)).toEqual([1])
    expect(await locks(database.url)).toBe(0)
  })
})
