import { testDatabase } from '@headgate/testkit'
import { Client } from 'pg'
import { describe, expect, test } from 'vitest'
import { migrate } from './migrate.ts'
import type { Migration } from './migrations/migration.ts'
import { openSql } from './pool.ts'
import { serverConnectionName } from './server-connections.ts'
import { statement } from './sql.ts'
import { applied, one, two } from '../../test/store/migrations.ts'

const exclusive: Migration = { ...two, stopsOlderServers: true }
const quick = { olderServersPatienceMs: 300 }

async function connected(url: string, name: string): Promise<Client> {
  const client = new Client({ connectionString: url, application_name: name })
  await client.connect()
  return client
}

describe('a migration that no server of an older version may use', () => {
  test.each(['headgate', 'headgate schema 1'])(
    'a migration that requires older servers to stop waits while %s is connected, and fails after its time limit',
    async (name) => {
      await using database = await testDatabase()
      const { url } = database
      await migrate({ url, migrations: [one] })
      const older = await connected(url, name)
      try {
        await expect(migrate({ url, migrations: [one, exclusive], ...quick })).rejects.toThrow(
          /^Migration 2 \(two\) requires that all servers of earlier versions are stopped, and 1 database connections .* Stop those servers/,
        )
        expect(await applied(url)).toEqual([1])
      } finally {
        await older.end()
      }
      expect(await migrate({ url, migrations: [one, exclusive], ...quick })).toEqual([exclusive])
    },
  )

  test('a migration that requires older servers to stop runs as soon as the connections of the stopped server have ended', async () => {
    await using database = await testDatabase()
    const { url } = database
    await migrate({ url, migrations: [one] })
    const older = await connected(url, 'headgate')
    const migrating = migrate({ url, migrations: [one, exclusive], olderServersPatienceMs: 60_000 })
    await older.end()
    expect(await migrating).toEqual([exclusive])
  })

  test('a migration that requires older servers to stop runs while other programs and servers of the current version are connected', async () => {
    await using database = await testDatabase()
    const { url } = database
    await migrate({ url, migrations: [one] })
    const others = await Promise.all(
      ['psql', 'headgate-migrate', 'headgate schema 2'].map((name) => connected(url, name)),
    )
    expect(await migrate({ url, migrations: [one, exclusive], ...quick })).toEqual([exclusive])
    await Promise.all(others.map((client) => client.end()))
  })
})

test('the application_name of the connections of a server contains its schema version', async () => {
  await using database = await testDatabase()
  await using sql = await openSql({ url: database.url })
  const [row] = await sql.run<{ name: string }>(
    statement('test_application_name', `select current_setting('application_name') as name`),
  )
  expect(row?.name).toBe(serverConnectionName())
})
