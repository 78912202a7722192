import { testDatabase } from '@headgate/testkit'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { openSql } from './pool.ts'
import type { SqlConfig } from './connections.ts'
import type { Sql } from './sql.ts'

export interface TestStore extends AsyncDisposable {
  readonly sql: Sql
  readonly url: string
}

async function prepare(url: string): Promise<void> {
  await migrate({ url, migrations })
}

/**
 * A migrated database of its own for a test, and a pool on it.
 *
 * @param server its connection string; the one that the test run shares unless told
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
