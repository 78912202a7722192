import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { deleteGrant } from '../store/grants.ts'
import { bumpPolicy, policyVersion } from '../store/policies.ts'
import { deletePrincipal, setPrincipalEnabled, stopPrincipalSessions } from '../store/principals.ts'
import { removeRoleMember } from '../store/roles.ts'
import type { Sql } from '../store/sql.ts'
import { decide } from './decide.ts'
import { Gate } from '../../test/access/gate.ts'
import { Policies } from './policies.ts'
import type { Policy } from './policy.ts'
import { testPolicies, type TestPolicies } from '../../test/access/policies.ts'
import {
  addMember,
  addPrincipal,
  addRole,
  addAccessFixture,
  grant,
} from '../../test/access/access-fixture.ts'

let fixture: TestPolicies
let sql: Sql
let policies: Policies

beforeAll(async () => {
  fixture = await testPolicies()
  ;({ sql, policies } = fixture)
})
afterAll(() => fixture[Symbol.asyncDispose]())
beforeEach(() => fixture.wipe())

const changed: TestPolicies['change'] = (work) => fixture.change(work)

describe('a change', () => {
  test('a change of rights applies to a caller as soon as the caller has seen the new policy version', async () => {
    const { table } = await addAccessFixture(sql)
    const who = await addPrincipal(sql, 'etl')
    const role = await addRole(sql, 'team')
    const { id } = who.principal
    const may = async (version: number): Promise<string> =>
      decide(await policies.get(who, version), table.chain, 'select').outcome
    expect(await may(await grant(sql, 'select', table, 'principal', id))).toBe('allow')
    expect(
      await may(
        await changed((tx) => deleteGrant(tx, { securableId: table.id, granteeId: id, privilege: 'select' })),
      ),
    ).toBe('hide')
    await grant(sql, 'select', table, 'role', role)
    expect(await may(await addMember(sql, role, 'principal', id))).toBe('allow')
    expect(await may(await changed((tx) => removeRoleMember(tx, role, id)))).toBe('hide')
    expect(await may(await addMember(sql, role, 'principal', id))).toBe('allow')
    expect(await may(await changed((tx) => setPrincipalEnabled(tx, id, false)))).toBe('hide')
    expect(await may(await changed((tx) => setPrincipalEnabled(tx, id, true)))).toBe('allow')
    expect(await may(await changed((tx) => deletePrincipal(tx, id)))).toBe('hide')
  })

  test('a change of rights reaches another replica through a notification', async () => {
    const { table } = await addAccessFixture(sql)
    const who = await addPrincipal(sql, 'etl')
    expect(decide(await policies.get(who), table.chain, 'select').outcome).toBe('hide')
    await grant(sql, 'select', table, 'principal', who.principal.id)
    const decided = async (): Promise<string> =>
      decide(await policies.get(who), table.chain, 'select').outcome
    await expect.poll(decided).toBe('allow')
  })

  test('a change of rights reaches a replica that receives no notifications within the maximum age of policies', async () => {
    let now = 0
    await using deaf = await Policies.open({ sql: new Gate(sql), maxAgeMs: 10_000, now: () => now })
    const { table } = await addAccessFixture(sql)
    const who = await addPrincipal(sql, 'etl')
    await deaf.get(who)
    await grant(sql, 'select', table, 'principal', who.principal.id)
    now = 9_999
    expect(decide(await deaf.get(who), table.chain, 'select').outcome).toBe('hide')
    now = 10_000
    expect(decide(await deaf.get(who), table.chain, 'select').outcome).toBe('allow')
  })

  test('Policies reloads the policies of frequent callers in the background, one policy at a time, without delaying the callers', async () => {
    let now = 0
    const gate = new Gate(sql)
    await using deaf = await Policies.open({ sql: gate, maxAgeMs: 10_000, now: () => now })
    const { table } = await addAccessFixture(sql)
    const who = await addPrincipal(sql, 'etl')
    await deaf.get(who)
    await grant(sql, 'select', table, 'principal', who.principal.id)
    now = 4_000
    expect(deaf.get(who)).not.toBeInstanceOf(Promise)
    expect(gate.reads).toBe(1)
    now = 6_000
    const response = gate.hold()
    expect([deaf.get(who), deaf.get(who)].filter((policy) => policy instanceof Promise)).toEqual([])
    expect(gate.reads).toBe(2)
    response.release()
    now = 9_000
    await expect.poll(async () => decide(await deaf.get(who), table.chain, 'select').outcome).toBe('allow')
  })

  test('Policies returns a cached policy until its maximum age when the policy cannot be reloaded', async () => {
    let now = 0
    const gate = new Gate(sql)
    await using deaf = await Policies.open({ sql: gate, maxAgeMs: 10_000, now: () => now })
    const who = await addPrincipal(sql, 'etl')
    await deaf.get(who)
    now = 9_000
    gate.failNext = true
    expect(deaf.get(who)).not.toBeInstanceOf(Promise)
    await new Promise((resolve) => setTimeout(resolve, 10))
    now = 10_000
    gate.failNext = true
    await expect(deaf.get(who)).rejects.toThrow('the store is unavailable')
  })

  test('Policies refuses exactly the sessions that began before the time not_before of the principal', async () => {
    const who = await addPrincipal(sql, 'etl')
    const before = Date.now() - 1_000
    const version = await changed((tx) => stopPrincipalSessions(tx, who.principal.id, Date.now()))
    expect(await policies.get({ ...who, issuedAt: before }, version)).toMatchObject({ enabled: false })
    expect(await policies.get({ ...who, issuedAt: Date.now() + 1_000 }, version)).toMatchObject({
      enabled: true,
    })
  })

  test('Policies refuses a session that began just before not_before on a server whose clock is ahead of the database', async () => {
    const who = await addPrincipal(sql, 'etl')
    const ours = Date.now() + 60_000
    const version = await changed((tx) => stopPrincipalSessions(tx, who.principal.id, ours))
    expect(await policies.get({ ...who, issuedAt: ours - 1_000 }, version)).toMatchObject({ enabled: false })
  })
})

describe('the cache', () => {
  test('the policy cache returns a policy without a promise while the policy version has not changed', async () => {
    const who = await addPrincipal(sql, 'etl')
    const policy = await policies.get(who, await policyVersion(sql))
    expect(policies.get(who)).toBe(policy)
  })

  test('the policy cache reads a policy once for many concurrent callers', async () => {
    const counting = new Gate(sql)
    await using many = await Policies.open({ sql: counting })
    const who = await addPrincipal(sql, 'etl')
    await Promise.all(Array.from({ length: 100 }, async () => many.get(who)))
    expect(counting.reads).toBe(1)
  })

  test('the policy cache discards all policies when notifications may have been lost', async () => {
    const gate = new Gate(sql)
    await using kept = await Policies.open({ sql: gate, maxAgeMs: 3_600_000 })
    const who = await addPrincipal(sql, 'etl')
    await kept.get(who)
    gate.notify(null)
    expect(kept.get(who)).toBeInstanceOf(Promise)
  })

  test('a policy that was read before a change is neither returned to callers that saw the change, nor cached', async () => {
    const gate = new Gate(sql)
    await using slow = await Policies.open({ sql: gate, maxAgeMs: 3_600_000 })
    const { table } = await addAccessFixture(sql)
    const who = await addPrincipal(sql, 'etl')
    await grant(sql, 'select', table, 'principal', who.principal.id)
    const outcomeFor = (policy: Policy): string => decide(policy, table.chain, 'select').outcome

    const response = gate.hold()
    const early = Promise.resolve(slow.get(who))
    await response.read
    const version = await changed((tx) =>
      deleteGrant(tx, { securableId: table.id, granteeId: who.principal.id, privilege: 'select' }),
    )
    const late = Promise.resolve(slow.get(who, version))
    response.release()
    expect(outcomeFor(await early)).toBe('allow')
    expect(outcomeFor(await late)).toBe('hide')
    expect(outcomeFor(await slow.get(who))).toBe('hide')
  })

  test('a notification that arrives while a policy is read makes the next call read the policy again', async () => {
    const gate = new Gate(sql)
    await using slow = await Policies.open({ sql: gate, maxAgeMs: 3_600_000 })
    const { table } = await addAccessFixture(sql)
    const who = await addPrincipal(sql, 'etl')
    const response = gate.hold()
    const early = Promise.resolve(slow.get(who))
    await response.read
    gate.notify(`policy:${await grant(sql, 'select', table, 'principal', who.principal.id)}`)
    response.release()
    await early
    expect(decide(await slow.get(who), table.chain, 'select').outcome).toBe('allow')
  })

  test('the policy cache reads a policy again for a caller that has seen another version, whichever number is larger', async () => {
    const gate = new Gate(sql)
    await using deaf = await Policies.open({ sql: gate, maxAgeMs: 3_600_000 })
    const who = await addPrincipal(sql, 'etl')
    const { version } = await deaf.get(who)
    for (const seen of [version - 1, version + 1]) {
      const reads = gate.reads
      expect(await deaf.get(who, seen)).toMatchObject({ version })
      expect(gate.reads).toBe(reads + 1)
    }
    expect(deaf.get(who, version)).not.toBeInstanceOf(Promise)
  })

  test('a policy version that another caller has read makes the policies of all callers stale', async () => {
    await using deaf = await Policies.open({ sql: new Gate(sql), maxAgeMs: 3_600_000 })
    const { table } = await addAccessFixture(sql)
    const [reader, other] = [await addPrincipal(sql, 'reader'), await addPrincipal(sql, 'other')]
    const grantee = reader.principal.id
    await grant(sql, 'select', table, 'principal', grantee)
    expect(decide(await deaf.get(reader), table.chain, 'select').outcome).toBe('allow')
    await changed((tx) => deleteGrant(tx, { securableId: table.id, granteeId: grantee, privilege: 'select' }))
    await deaf.get(other)
    expect(decide(await deaf.get(reader), table.chain, 'select').outcome).toBe('hide')
  })

  test('the late notification of a change does not discard policies that were read after that change', async () => {
    const gate = new Gate(sql)
    await using deaf = await Policies.open({ sql: gate, maxAgeMs: 3_600_000 })
    const who = await addPrincipal(sql, 'etl')
    const versions = [await changed(bumpPolicy), await changed(bumpPolicy)]
    for (const version of versions) deaf.saw(version)
    await deaf.get(who)
    const { reads } = gate
    for (const version of versions) deaf.saw(version)
    expect(deaf.get(who)).not.toBeInstanceOf(Promise)
    expect(gate.reads).toBe(reads)
    deaf.saw(await changed(bumpPolicy))
    expect(deaf.get(who)).toBeInstanceOf(Promise)
  })

  test('a failed read of a policy is not cached', async () => {
    const gate = new Gate(sql)
    await using broken = await Policies.open({ sql: gate })
    const who = await addPrincipal(sql, 'etl')
    gate.failNext = true
    await expect(broken.get(who)).rejects.toThrow('the store is unavailable')
    expect(await broken.get(who)).toMatchObject({ enabled: true })
  })
})

test('concurrent changes of rights get different policy versions, and the last committed version is current', async () => {
  const versions = await Promise.all(Array.from({ length: 10 }, () => changed(() => Promise.resolve())))
  expect(new Set(versions).size).toBe(10)
  const last = await changed(() => Promise.resolve())
  expect(await policyVersion(sql)).toBe(last)
})

test('policy versions do not repeat in a database that was restored to an earlier state', async () => {
  const before = await policyVersion(sql)
  const after: number[] = []
  for (let branch = 0; branch < 2; branch += 1) {
    const failed = sql.transaction(async (tx) => {
      after.push(await bumpPolicy(tx))
      throw new Error('this change is lost')
    })
    await expect(failed).rejects.toThrow('this change is lost')
    expect(await policyVersion(sql)).toBe(before)
  }
  expect(after[0]).not.toBe(after[1])
})
