import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { testDatabase } from '@headgate/testkit'
import { expect, test } from 'vitest'
import { migrate } from '../../src/store/migrate.ts'
import type { Migration } from '../../src/store/migrations/migration.ts'
import { applied, ask, commitsThatNap, locks, one, slowToCommit, tables, two } from './migrations.ts'

/** Starts a process that migrates a database, and runs the code `onApplied` after each migration. */
function migrating(
  url: string,
  steps: readonly Migration[],
  onApplied: string,
): ChildProcessByStdio<null, Readable, null> {
  const program = `
    import { migrate } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, '../../src/store/migrate.ts')).href)}
    const [url, migrations] = process.argv.slice(1)
    await migrate({ url, migrations: JSON.parse(migrations), onApplied: () => ${onApplied} })`
  const flags = [
    '--conditions=x-source',
    '--disable-warning=ExperimentalWarning',
    '--input-type=module',
    '-e',
    program,
  ]
  return spawn(process.execPath, [...flags, url, JSON.stringify(steps)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

test('a process that is killed during a migration leaves no partial state and no lock', async () => {
  await using database = await testDatabase()
  const slow: Migration = {
    version: 2,
    name: 'slow',
    sql: 'create table half (); select pg_sleep(60); create table rest ()',
  }
  const child = migrating(database.url, [one, slow], "console.log('applied')")
  await once(child.stdout, 'data')
  const naps = `select from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()`
  await expect.poll(() => ask(database.url, naps)).toHaveLength(1)
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
  const quick: Migration = { version: 2, name: 'slow', sql: 'create table half (); create table rest ()' }
  expect(await migrate({ url: database.url, migrations: [one, quick], lockTimeoutMs: 10_000 })).toEqual([
    quick,
  ])
  expect(await tables(database.url)).toEqual(['half', 'one', 'rest', 'schema_migration'])
  expect(await locks(database.url)).toBe(0)
})

test('after a process is killed between two migrations, the next run continues with the second one', async () => {
  await using database = await testDatabase()
  const child = migrating(database.url, [one, two], "process.kill(process.pid, 'SIGKILL')")
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
  expect(await applied(database.url)).toEqual([1])
  expect(await migrate({ url: database.url, migrations: [one, two] })).toEqual([two])
})

test.each([
  ['a COMMIT whose client has exited', 0.3],
  ['a COMMIT that takes longer than PostgreSQL works for a lost client', 2],
])(
  'a process that is killed during %s applies the migration completely or not at all',
  async (_, seconds) => {
    await using database = await testDatabase()
    const step = slowToCommit(seconds)
    const steps = [one, step]
    const child = migrating(database.url, steps, 'undefined')
    await expect
      .poll(() => ask(database.url, commitsThatNap), { timeout: 10_000, interval: 20 })
      .toHaveLength(1)
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
    const made = await migrate({ url: database.url, migrations: steps, lockTimeoutMs: 10_000 })
    expect(await applied(database.url)).toEqual([1, 2])
    expect(await ask(database.url, 'select a from one order by a')).toEqual([{ a: 1 }, { a: 2 }])
    expect(made).toEqual(seconds < 1 ? [] : [step])
    expect(await locks(database.url)).toBe(0)
  },
)
