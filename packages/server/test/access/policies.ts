import { bumpPolicy } from '../../src/store/policies.ts'
import { type Queryable, type Sql, type Statement, statement } from '../../src/store/sql.ts'
import { testStore } from '../store/database.ts'
import { Policies } from '../../src/access/policies.ts'

/** Policies on a separate test database. */
export interface TestPolicies extends AsyncDisposable {
  readonly sql: Sql
  readonly policies: Policies
  /** Runs a change of grants, roles, principals or objects. Returns the new policy version. */
  change(work: (tx: Queryable) => Promise<unknown>): Promise<number>
  /** Deletes all members of roles and all grants. */
  wipeGrants(): Promise<void>
  /** Deletes all principals and all objects. */
  wipe(): Promise<void>
}

const emptying = (...tables: readonly string[]): readonly Statement[] =>
  tables.map((table) => statement(`test-wipe-${table}`, `delete from ${table}`))
const grants = emptying('grant_entry', 'role_member')
const everything = [...grants, ...emptying('role', 'principal', 'relation', 'namespace', 'warehouse')]

export async function testPolicies(): Promise<TestPolicies> {
  await using stack = new AsyncDisposableStack()
  const { sql } = stack.use(await testStore())
  const policies = stack.use(await Policies.open({ sql, maxAgeMs: 3_600_000 }))
  const lifetime = stack.move()
  return {
    sql,
    policies,
    change: (work) =>
      sql.transaction(async (tx) => {
        await work(tx)
        return bumpPolicy(tx)
      }),
    async wipeGrants() {
      for (const each of grants) await sql.run(each)
    },
    async wipe() {
      for (const each of everything) await sql.run(each)
    },
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  }
}
