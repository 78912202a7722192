import { testDatabase } from '@headgate/testkit'
import { migrate } from '../../src/store/migrate.ts'
import { migrations } from '../../src/store/migrations/index.ts'
import { openSql } from '../../src/store/pool.ts'
import type { SqlConfig } from '../../src/store/sql-config.ts'
import type { Sql } from '../../src/store/sql.ts'

export interface TestStore extends AsyncDisposable {
  readonly sql: Sql
  readonly url: string
}

async function prepare(url: string): Promise<void> {
  await migrate({ url, migrations })
}

/**
 * Creates a migrated database for a test, and a pool on it.
 *
 * @param server connection string of the database server. Default: the server that the test run shares
 *
 * @example
 * ```ts
 * await using store = await testStore()
 * await store.sql.run(…)
 * ```
 */
export async function testStore(config: Omit<SqlConfig, 'url'> = {}, server?: string): Promise<TestStore> {
  const key = JSON.stringify(migrations)
  const on = server === undefined ? {} : { server }
  const database = await testDatabase({ template: { key, prepare }, ...on })
  const sql = await openSql({ ...config, url: database.url })
  return {
    sql,
    url: database.url,
    async [Symbol.asyncDispose]() {
      await sql[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
    },
  }
}
