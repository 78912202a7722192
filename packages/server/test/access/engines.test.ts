import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ProvenIdentity } from '../../src/proven-identity.ts'
import { deleteEngine, type EngineSettings, updateEngine } from '../../src/store/engines.ts'
import { setPrincipalEnabled, stopPrincipalSessions } from '../../src/store/principals.ts'
import type { Queryable, Sql } from '../../src/store/sql.ts'
import { decide, decideConfig, visible } from '../../src/access/decide.ts'
import { checkFirstCall } from '../../src/access/first-calls.ts'
import type { Policies } from '../../src/access/policies.ts'
import type { Policy } from '../../src/access/policy.ts'
import { refuseShutOut } from '../../src/access/shut-out.ts'
import { testPolicies, type TestPolicies } from './policies.ts'
import {
  addPrincipal,
  addAccessFixture,
  grant,
  openEngine,
  registerEngine,
  type AccessFixture,
} from './access-fixture.ts'

let fixture: TestPolicies
let sql: Sql
let policies: Policies
let objects: AccessFixture
let alice: ProvenIdentity
let trino: ProvenIdentity
let turn = 0

beforeAll(async () => {
  fixture = await testPolicies()
  ;({ sql, policies } = fixture)
})
afterAll(() => fixture[Symbol.asyncDispose]())
beforeEach(async () => {
  turn += 1
  objects = await addAccessFixture(sql)
  alice = await addPrincipal(sql, `alice-${turn}`)
  trino = await addPrincipal(sql, `trino-${turn}`)
})

const behind = (engine: ProvenIdentity, more: Partial<ProvenIdentity> = {}): ProvenIdentity => ({
  ...alice,
  actors: [engine.principal],
  ...more,
})
const changed = async (work: (tx: Queryable) => Promise<unknown>): Promise<void> => {
  policies.saw(await fixture.change(work))
}
const register = async (settings: Partial<EngineSettings> = {}): Promise<void> => {
  policies.saw(await registerEngine(sql, trino.principal.id, settings))
}
const grantTo = async (privilege: Parameters<typeof grant>[1], to: ProvenIdentity): Promise<void> => {
  policies.saw(await grant(sql, privilege, objects.table, 'principal', to.principal.id))
}
const may = (policy: Policy, privilege: Parameters<typeof decide>[2] = 'select'): string =>
  decide(policy, objects.table.chain, privilege).outcome

describe('A user behind an engine', () => {
  test('a user has no rights through an engine that is not registered, and receives the reason', async () => {
    await grantTo('select', alice)
    const policy = await policies.get(behind(trino))
    expect(policy).toMatchObject({ enabled: false, shutOut: 'engine' })
    expect(() => refuseShutOut(policy, behind(trino))).toThrow(/trino-\d+ of this token is not registered/)
    await register()
    expect(may(await policies.get(behind(trino)))).toBe('allow')
    expect(may(await policies.get(alice))).toBe('allow')
  })

  test("a user has at most the privileges in the engine's entry, and a change of the entry takes effect at once", async () => {
    await grantTo('modify', alice)
    await register({ privileges: ['select'] })
    expect(may(await policies.get(behind(trino)), 'modify')).toBe('deny')
    expect(may(await policies.get(alice), 'modify')).toBe('allow')
    const { id } = trino.principal
    await changed((tx) => updateEngine(tx, id, { ...openEngine, warehouses: [] }))
    expect(visible(await policies.get(behind(trino)), objects.table.chain)).toBe(false)
    await changed((tx) => updateEngine(tx, id, { ...openEngine, warehouses: [objects.warehouse.id] }))
    expect(may(await policies.get(behind(trino)), 'modify')).toBe('allow')
    await changed((tx) => deleteEngine(tx, id))
    expect((await policies.get(behind(trino))).shutOut).toBe('engine')
  })

  test("a user administers storage through an engine only when the engine's entry contains administer-storage", async () => {
    policies.saw(await grant(sql, 'manage', null, 'principal', alice.principal.id))
    await register({ administers: true })
    expect(may(await policies.get(alice), 'administer-storage')).toBe('allow')
    const through = await policies.get(behind(trino))
    expect(may(through, 'manage')).toBe('allow')
    expect(may(through, 'administer-storage')).toBe('deny')
    expect(decide(through, objects.table.chain, 'administer-storage').limitedBy).toBe(trino.principal.name)
    for (const [privileges, outcome] of [
      [['manage'], 'deny'],
      [['administer-storage'], 'allow'],
    ] as const) {
      await changed((tx) => updateEngine(tx, trino.principal.id, { ...openEngine, privileges }))
      expect(may(await policies.get(behind(trino)), 'administer-storage')).toBe(outcome)
    }
  })

  test('a user has no rights through an engine that is disabled or whose sessions were stopped', async () => {
    await register()
    const now = Date.now()
    const acting = behind(trino, { issuedAt: now - 1_000 })
    expect((await policies.get(acting)).enabled).toBe(true)
    await changed((tx) => stopPrincipalSessions(tx, trino.principal.id, Date.now()))
    expect((await policies.get(acting)).shutOut).toBe('engine')
    expect((await policies.get(behind(trino, { issuedAt: Date.now() + 1_000 }))).enabled).toBe(true)
    await changed((tx) => setPrincipalEnabled(tx, trino.principal.id, false))
    expect((await policies.get(behind(trino))).shutOut).toBe('engine')
    await changed((tx) => setPrincipalEnabled(tx, alice.principal.id, false))
    expect((await policies.get(behind(trino))).shutOut).toBe('principal')
  })

  test('a user has no rights through an engine whose entry no longer allows the user', async () => {
    await grantTo('select', alice)
    const rule = { issuer: 'headgate', pattern: 'alice-*', groups: [] }
    await register({ subjects: [rule] })
    expect(may(await policies.get(behind(trino)))).toBe('allow')
    const subjects = [{ ...rule, groups: ['analysts'] }]
    await changed((tx) => updateEngine(tx, trino.principal.id, { ...openEngine, subjects }))
    const policy = await policies.get(behind(trino))
    expect(policy).toMatchObject({ enabled: false, shutOut: 'subject' })
    expect(() => refuseShutOut(policy, behind(trino))).toThrow(
      /does not allow the engine to act for this user/,
    )
  })

  test("an engine may name an administrator without a token of the administrator only when the engine's entry allows this", async () => {
    policies.saw(await grant(sql, 'manage', null, 'principal', alice.principal.id))
    const names = { namesIssuer: 'headgate', unsignedSubjects: true, assertions: true }
    await register(names)
    const stated = behind(trino, { obtainedBy: 'statement' })
    const asserted = behind(trino, { obtainedBy: 'assertion' })
    expect((await policies.get(stated)).shutOut).toBe('subject')
    expect((await policies.get(asserted)).shutOut).toBe('subject')
    expect((await policies.get(behind(trino, { obtainedBy: 'external-token' }))).enabled).toBe(true)
    await changed((tx) =>
      updateEngine(tx, trino.principal.id, { ...openEngine, ...names, namesAdministrators: true }),
    )
    expect((await policies.get(stated)).enabled).toBe(true)
  })

  test("a user that an engine named without a token has no rights after the engine's entry stops allowing this", async () => {
    const names = { namesIssuer: 'headgate', unsignedSubjects: true, assertions: true }
    await register(names)
    const shutOut = (): Promise<(string | null)[]> =>
      Promise.all(
        (['statement', 'assertion', 'external-token'] as const).map(
          async (obtainedBy) => (await policies.get(behind(trino, { obtainedBy }))).shutOut,
        ),
      )
    expect(await shutOut()).toEqual([null, null, null])
    for (const [entry, outcome] of [
      [{ ...names, unsignedSubjects: false }, ['subject', null, null]],
      [{ ...names, assertions: false }, [null, 'subject', null]],
      [{ ...names, namesIssuer: 'ldap' }, ['subject', 'subject', null]],
    ] as const) {
      await changed((tx) => updateEngine(tx, trino.principal.id, { ...openEngine, ...entry }))
      expect(await shutOut()).toEqual(outcome)
    }
  })

  test('a decision with a cached policy needs no query; the policy of a user is cached separately for each engine', async () => {
    await register({ privileges: ['use'] })
    const other = await addPrincipal(sql, `spark-${turn}`)
    policies.saw(await registerEngine(sql, other.principal.id))
    await grantTo('select', alice)
    const all = [alice, behind(trino), behind(other)]
    for (const one of all) await policies.get(one)
    const again = all.map((one) => policies.get(one))
    expect(again.every((policy) => !(policy instanceof Promise))).toBe(true)
    expect(again.map((policy) => may(policy as Policy))).toEqual(['allow', 'deny', 'allow'])
    // Only the entry of the outermost engine limits the user.
    const chained = { ...alice, actors: [other.principal, trino.principal] }
    expect(may(await policies.get(chained))).toBe('allow')
  })
})

describe('An engine without a user', () => {
  const config = (policy: Policy): string => decideConfig(policy, objects.warehouse.chain).outcome

  test('an engine without a user can only read the configuration, regardless of its grants', async () => {
    await register()
    await grantTo('select', trino)
    const policy = await policies.get(trino)
    expect([may(policy), visible(policy, objects.warehouse.chain), config(policy)]).toEqual([
      'hide',
      false,
      'allow',
    ])
    expect(() => checkFirstCall(policy, true)).not.toThrow()
    expect(() => checkFirstCall(policy, false)).toThrow(
      /trino-\d+ calls without a user.*config-only.*--first-calls service/,
    )
    await changed((tx) => updateEngine(tx, trino.principal.id, { ...openEngine, warehouses: [] }))
    expect(config(await policies.get(trino))).toBe('hide')
  })

  test('an engine without a user has no rights when its entry sets firstCalls to deny', async () => {
    await register({ firstCalls: 'deny' })
    await grantTo('select', trino)
    const policy = await policies.get(trino)
    expect([may(policy), config(policy)]).toEqual(['hide', 'hide'])
    expect(() => checkFirstCall(policy, true)).toThrow(/first_calls: deny/)
  })

  test('an engine without a user has its own grants within the limits of its entry when the entry sets firstCalls to service', async () => {
    await register({ firstCalls: 'service', privileges: ['select'] })
    await grantTo('modify', trino)
    const policy = await policies.get(trino)
    expect([may(policy), may(policy, 'modify')]).toEqual(['allow', 'deny'])
    expect(() => checkFirstCall(policy, false)).not.toThrow()
  })

  test('the setting firstCalls does not limit principals that are not engines', async () => {
    const policy = await policies.get(alice)
    expect(policy.engine).toBeNull()
    expect(config(policy)).toBe('hide')
    expect(() => checkFirstCall(policy, false)).not.toThrow()
  })
})
