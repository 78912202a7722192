import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { testStore } from '../../test/store/database.ts'
import { resolveRelation } from './resolve-relation.ts'
import { statement } from './sql.ts'

const plans = statement(
  'test_resolve_plans',
  `select generic_plans as generic, custom_plans as custom from pg_prepared_statements where name = 'relation_resolve_all'`,
)

test('PostgreSQL reuses the plan of the statement that finds a table, even in a database whose tables were never analyzed', async () => {
  // A pool of one connection, so that `plans` reads the statements of the connection that executes the reads.
  await using store = await testStore({ poolSize: 1 })
  const key = { warehouseId: randomUUID(), path: 'n', name: 'a', snapshots: 'all', known: null } as const
  for (let n = 0; n < 20; n += 1) await resolveRelation(store.sql, key)
  // PostgreSQL makes custom plans for the first five executions of each prepared statement.
  expect(await store.sql.run(plans)).toEqual([{ generic: 15, custom: 5 }])
})
