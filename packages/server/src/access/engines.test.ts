import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Identity } from '../identity/identity.ts'
import { deleteEngine, type EngineSettings, updateEngine } from '../store/engines.ts'
import { setPrincipalEnabled, stopPrincipalSessions } from '../store/principals.ts'
import type { Queryable, Sql } from '../store/sql.ts'
import { decide, decideConfig, visible } from './decide.ts'
import { checkFirstCall } from './first-calls.ts'
import type { Policies } from './policies.ts'
import type { Policy } from './policy.ts'
import { refuseShutOut } from './shut-out.ts'
import { testPolicies, type TestPolicies } from './test-policies.ts'
import { addPrincipal, addWorld, grant, openEngine, registerEngine, type TestWorld } from './test-world.ts'

let given: TestPolicies
let sql: Sql
let policies: Policies
let world: TestWorld
let alice: Identity
let trino: Identity
let turn = 0

beforeAll(async () => {
  given = await testPolicies()
  ;({ sql, policies } = given)
})
afterAll(() => given[Symbol.asyncDispose]())
beforeEach(async () => {
  turn += 1
  world = await addWorld(sql)
  alice = await addPrincipal(sql, `alice-${turn}`)
  trino = await addPrincipal(sql, `trino-${turn}`)
})

const behind = (engine: Identity, more: Partial<Identity> = {}): Identity => ({
  ...alice,
  actors: [engine.principal],
  ...more,
})
const changed = async (work: (tx: Queryable) => Promise<unknown>): Promise<void> => {
  policies.saw(await given.change(work))
}
const register = async (settings: Partial<EngineSettings> = {}): Promise<void> => {
  policies.saw(await registerEngine(sql, trino.principal.id, settings))
}
const give = async (privilege: Parameters<typeof grant>[1], to: Identity): Promise<void> => {
  policies.saw(await grant(sql, privilege, world.table, 'principal', to.principal.id))
}
const may = (policy: Policy, privilege: Parameters<typeof decide>[2] = 'select'): string =>
  decide(policy, world.table.chain, privilege).outcome

describe('a user behind an engine', () => {
  test('has no rights while the engine is not registered, and hears why', async () => {
    await give('select', alice)
    const policy = await policies.get(behind(trino))
    expect(policy).toMatchObject({ enabled: false, shutOut: 'engine' })
    expect(() => refuseShutOut(policy, behind(trino))).toThrow(/trino-\d+ of this token is not registered/)
    await register()
    expect(may(await policies.get(behind(trino)))).toBe('allow')
    expect(may(await policies.get(alice))).toBe('allow')
  })

  test('has at most what the entry lets the engine use, at once when the entry changes', async () => {
    await give('modify', alice)
    await register({ privileges: ['select'] })
    expect(may(await policies.get(behind(trino)), 'modify')).toBe('deny')
    expect(may(await policies.get(alice), 'modify')).toBe('allow')
    const { id } = trino.principal
    await changed((tx) => updateEngine(tx, id, { ...openEngine, warehouses: [] }))
    expect(visible(await policies.get(behind(trino)), world.table.chain)).toBe(false)
    await changed((tx) => updateEngine(tx, id, { ...openEngine, warehouses: [world.warehouse.id] }))
    expect(may(await policies.get(behind(trino)), 'modify')).toBe('allow')
    await changed((tx) => deleteEngine(tx, id))
    expect((await policies.get(behind(trino))).shutOut).toBe('engine')
  })

  test('administers storage through an engine only when its entry names administer-storage', async () => {
    policies.saw(await grant(sql, 'manage', null, 'principal', alice.principal.id))
    await register({ administers: true })
    expect(may(await policies.get(alice), 'administer-storage')).toBe('allow')
    const through = await policies.get(behind(trino))
    expect(may(through, 'manage')).toBe('allow')
    expect(may(through, 'administer-storage')).toBe('deny')
    expect(decide(through, world.table.chain, 'administer-storage').limitedBy).toBe(trino.principal.name)
    for (const [privileges, outcome] of [
      [['manage'], 'deny'],
      [['administer-storage'], 'allow'],
    ] as const) {
      await changed((tx) => updateEngine(tx, trino.principal.id, { ...openEngine, privileges }))
      expect(may(await policies.get(behind(trino)), 'administer-storage')).toBe(outcome)
    }
  })

  test('is shut out when the engine is disabled or its sessions were stopped, as when it is itself', async () => {
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

  test('is shut out when the entry does not name them any more', async () => {
    await give('select', alice)
    const rule = { issuer: 'headgate', pattern: 'alice-*', groups: [] }
    await register({ subjects: [rule] })
    expect(may(await policies.get(behind(trino)))).toBe('allow')
    const subjects = [{ ...rule, groups: ['analysts'] }]
    await changed((tx) => updateEngine(tx, trino.principal.id, { ...openEngine, subjects }))
    const policy = await policies.get(behind(trino))
    expect(policy).toMatchObject({ enabled: false, shutOut: 'subject' })
    expect(() => refuseShutOut(policy, behind(trino))).toThrow(/does not let it act for this user/)
  })

  test('who administers must have been proven: an engine may not name them, unless its entry says so', async () => {
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

  test('whom an engine named is shut out when its entry does not let it do so any more', async () => {
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

  test('costs no query when it was asked before, and is kept apart from the user alone and other engines', async () => {
    await register({ privileges: ['use'] })
    const other = await addPrincipal(sql, `spark-${turn}`)
    policies.saw(await registerEngine(sql, other.principal.id))
    await give('select', alice)
    const all = [alice, behind(trino), behind(other)]
    // A late notification of an earlier change clears the cache: it is filled until no notification is under way.
    await expect
      .poll(async () => {
        for (const one of all) await policies.get(one)
        return all.every((one) => !(policies.get(one) instanceof Promise))
      })
      .toBe(true)
    const again = all.map((one) => policies.get(one))
    expect(again.map((policy) => may(policy as Policy))).toEqual(['allow', 'deny', 'allow'])
    // Only the outermost engine decides.
    const chained = { ...alice, actors: [other.principal, trino.principal] }
    expect(may(await policies.get(chained))).toBe('allow')
  })
})

describe('an engine that calls without a user', () => {
  const config = (policy: Policy): string => decideConfig(policy, world.warehouse.chain).outcome

  test('may ask for the configuration and nothing else, with whatever rights it was granted', async () => {
    await register()
    await give('select', trino)
    const policy = await policies.get(trino)
    expect([may(policy), visible(policy, world.warehouse.chain), config(policy)]).toEqual([
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

  test('may do nothing under deny', async () => {
    await register({ firstCalls: 'deny' })
    await give('select', trino)
    const policy = await policies.get(trino)
    expect([may(policy), config(policy)]).toEqual(['hide', 'hide'])
    expect(() => checkFirstCall(policy, true)).toThrow(/first_calls: deny/)
  })

  test('as a service has the rights it was granted, within the limits of its entry', async () => {
    await register({ firstCalls: 'service', privileges: ['select'] })
    await give('modify', trino)
    const policy = await policies.get(trino)
    expect([may(policy), may(policy, 'modify')]).toEqual(['allow', 'deny'])
    expect(() => checkFirstCall(policy, false)).not.toThrow()
  })

  test('is nothing special for those who are no engine', async () => {
    const policy = await policies.get(alice)
    expect(policy.engine).toBeNull()
    expect(config(policy)).toBe('hide')
    expect(() => checkFirstCall(policy, false)).not.toThrow()
  })
})
