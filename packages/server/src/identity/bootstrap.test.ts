import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decide, serverChain } from '../access/decide.ts'
import { Policies } from '../access/policies.ts'
import { insertAccessKey, listAccessKeys } from '../store/access-keys.ts'
import { setPrincipalEnabled } from '../store/principals.ts'
import { addRoleMember, findRoleByName, removeRoleMember } from '../store/roles.ts'
import type { Sql } from '../store/sql.ts'
import { testStore, type TestStore } from '../../test/store/database.ts'
import { administratorsRole, bootstrapAdministrator } from './bootstrap.ts'
import { checkClientSecret } from './client-secret.ts'

let store: TestStore
let sql: Sql
beforeAll(async () => {
  store = await testStore()
  sql = store.sql
})
afterAll(() => store[Symbol.asyncDispose]())

async function reset(): Promise<{ clientSecret: string }> {
  const result = await bootstrapAdministrator({ sql, reset: true })
  if (!result.created) throw new Error('not reset')
  return result
}

describe('The first administrator', () => {
  test('concurrent starts create one first administrator, and only one of them receives its secret', async () => {
    const results = await Promise.all(Array.from({ length: 5 }, () => bootstrapAdministrator({ sql })))
    const made = results.filter((result) => result.created)
    expect(made).toHaveLength(1)
    expect(results.filter((result) => !result.created)).toEqual(
      Array.from({ length: 4 }, () => ({ created: false, clientId: 'admin' })),
    )
    const [admin] = made
    const check = await checkClientSecret(sql, 'admin', admin?.created ? admin.clientSecret : '', 0)
    expect(check.ok).toBe(true)
  })

  test('the first administrator has manage on the server through a role', async () => {
    await using policies = await Policies.open({ sql })
    const { clientSecret } = await reset()
    const check = await checkClientSecret(sql, 'admin', clientSecret, Date.now())
    if (!check.ok) throw new Error(check.reason)
    const policy = await policies.get(check.identity)
    expect(decide(policy, serverChain, 'manage').outcome).toBe('allow')
    expect(policy.grantees).toContain((await findRoleByName(sql, administratorsRole))?.id)
  })

  test('a reset of the first administrator invalidates its old secret and access keys, enables it, and restores its role membership', async () => {
    const before = await reset()
    const first = await checkClientSecret(sql, 'admin', before.clientSecret, 0)
    if (!first.ok) throw new Error(first.reason)
    const { id } = first.identity.principal
    const role = await findRoleByName(sql, administratorsRole)
    await setPrincipalEnabled(sql, id, false)
    await insertAccessKey(sql, { id: 'key', principalId: id, sealed: Buffer.of(1) })
    await removeRoleMember(sql, role?.id ?? '', id)
    const after = await reset()
    expect(await checkClientSecret(sql, 'admin', before.clientSecret, 0)).toMatchObject({ ok: false })
    expect(await listAccessKeys(sql, id)).toEqual([])
    expect(await checkClientSecret(sql, 'admin', after.clientSecret, 0)).toMatchObject({
      ok: true,
      identity: { principal: { id } },
    })
    // The administrator is a member again, so adding it changes nothing.
    expect(await addRoleMember(sql, role?.id ?? '', { kind: 'principal', id })).toBe(false)
  })
})
