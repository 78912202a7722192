import { randomUUID } from 'node:crypto'
import * as fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { anonymousId, serverId } from '../../src/reserved-ids.ts'
import type { ProvenIdentity } from '../../src/proven-identity.ts'
import { policyVersion } from '../../src/store/policies.ts'
import type { Sql } from '../../src/store/sql.ts'
import { decide, listFilter, serverChain, visible } from '../../src/access/decide.ts'
import type { Policies } from '../../src/access/policies.ts'
import { privileges } from '../../src/access/privilege-bits.ts'
import type { Privilege } from '../../src/privilege.ts'
import { testPolicies, type TestPolicies } from './policies.ts'
import { addMember, addPrincipal, addRole, addAccessFixture, grant } from './access-fixture.ts'

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

describe('A policy from the store', () => {
  test('a grant on a namespace applies to the namespace and all objects in it, and makes the objects that contain it visible', async () => {
    const { warehouse, outer, inner, sibling, table } = await addAccessFixture(sql)
    const who = await addPrincipal(sql, 'etl')
    const version = await grant(sql, 'select', inner, 'principal', who.principal.id)
    const policy = await policies.get(who, version)
    expect(decide(policy, table.chain, 'select').outcome).toBe('allow')
    expect(decide(policy, table.chain, 'modify').outcome).toBe('deny')
    expect([warehouse, outer, inner, sibling, table].map(({ chain }) => visible(policy, chain))).toEqual([
      true,
      true,
      true,
      false,
      true,
    ])
    expect(decide(policy, outer.chain, 'use').outcome).toBe('deny')
  })

  test('a grant on a table applies to the table, and makes the objects that contain it visible', async () => {
    const { warehouse, outer, inner, sibling, table } = await addAccessFixture(sql)
    const who = await addPrincipal(sql, 'etl')
    const version = await grant(sql, 'modify', table, 'principal', who.principal.id)
    const policy = await policies.get(who, version)
    expect([warehouse, outer, inner, sibling, table].map(({ chain }) => visible(policy, chain))).toEqual([
      true,
      true,
      true,
      false,
      true,
    ])
    expect(listFilter(policy, warehouse.chain)).toMatchObject({
      all: false,
      ids: expect.arrayContaining([outer.id, inner.id, warehouse.id]) as unknown,
    })
  })

  test('the owner of an object needs no grant on it', async () => {
    const who = await addPrincipal(sql, 'etl')
    const { inner, table, sibling } = await addAccessFixture(sql, who.principal.id)
    const policy = await policies.get(who)
    expect(decide(policy, table.chain, 'manage').outcome).toBe('allow')
    expect(decide(policy, inner.chain, 'manage').outcome).toBe('allow')
    expect(decide(policy, sibling.chain, 'use').outcome).toBe('hide')
  })

  test('a policy contains the grants of roles that are members of roles, also when the memberships form a cycle', async () => {
    const { table } = await addAccessFixture(sql)
    const who = await addPrincipal(sql, 'etl')
    const [team, department, company] = [
      await addRole(sql, 'team'),
      await addRole(sql, 'department'),
      await addRole(sql, 'company'),
    ]
    await addMember(sql, team, 'principal', who.principal.id)
    await addMember(sql, department, 'role', team)
    await addMember(sql, company, 'role', department)
    await addMember(sql, team, 'role', company)
    const version = await grant(sql, 'select', table, 'role', company)
    const policy = await policies.get(who, version)
    expect(decide(policy, table.chain, 'select').outcome).toBe('allow')
    expect(policy.grantees).toEqual(new Set([who.principal.id, team, department, company]))
  })

  test('the policy of an unknown principal contains no rights', async () => {
    const unknown: ProvenIdentity = {
      principal: { id: randomUUID(), issuer: 'headgate', subject: 'x', name: 'x' },
      actors: [],
      method: 'session-token',
      expiresAt: null,
    }
    await grant(sql, 'manage', null, 'principal', unknown.principal.id)
    expect(await policies.get(unknown, await policyVersion(sql))).toMatchObject({ enabled: false })
  })

  test('the policy of an anonymous caller contains all rights and the current policy version', async () => {
    const anonymous: ProvenIdentity = {
      principal: { id: anonymousId, issuer: 'headgate', subject: 'anonymous', name: 'anonymous' },
      actors: [],
      method: 'anonymous',
      expiresAt: null,
    }
    const version = await policyVersion(sql)
    const policy = await policies.get(anonymous, version)
    expect(decide(policy, serverChain, 'manage')).toEqual({
      outcome: 'allow',
      privilege: 'manage',
      policyVersion: version,
    })
  })

  test('the policies of random roles and grants equal the results of a simple model', async () => {
    const { warehouse, outer, inner, sibling, table } = await addAccessFixture(sql)
    const objects = [null, warehouse, outer, inner, sibling, table]
    const who = await addPrincipal(sql, 'etl')
    const other = await addPrincipal(sql, 'other')
    const roles = [
      await addRole(sql, 'r0'),
      await addRole(sql, 'r1'),
      await addRole(sql, 'r2'),
      await addRole(sql, 'r3'),
    ]
    const roleId = (index: number): string => roles[index] ?? ''
    const graph = fc.record({
      direct: fc.subarray([0, 1, 2, 3]),
      nested: fc.uniqueArray(fc.tuple(fc.nat(3), fc.nat(3)), { selector: String, maxLength: 6 }),
      grants: fc.uniqueArray(
        fc.tuple(
          fc.constantFrom('me', 'other', 'r0', 'r1', 'r2', 'r3'),
          fc.nat(5),
          fc.constantFrom(...privileges),
        ),
        {
          selector: String,
          maxLength: 6,
        },
      ),
    })
    await fc.assert(
      fc.asyncProperty(graph, async ({ direct, nested, grants }) => {
        await fixture.wipeGrants()
        for (const role of direct) await addMember(sql, roleId(role), 'principal', who.principal.id)
        for (const [member, role] of nested) await addMember(sql, roleId(role), 'role', roleId(member))
        let version = await changed(() => Promise.resolve())
        for (const [grantee, object, privilege] of grants) {
          const isRole = grantee.startsWith('r')
          const id = isRole ? roleId(Number(grantee.slice(1))) : (grantee === 'me' ? who : other).principal.id
          version = await grant(sql, privilege, objects[object] ?? null, isRole ? 'role' : 'principal', id)
        }
        const mine = naiveRoles(direct, nested)
        const held = grants.filter(([grantee]) => grantee === 'me' || mine.has(grantee))
        const policy = await policies.get(who, version)
        for (const object of objects) {
          const chain = object?.chain ?? serverChain
          const reach = new Set([serverId, ...chain.ids])
          const onIt = held
            .filter(([, on]) => reach.has(objects[on]?.id ?? serverId))
            .map(([, on, privilege]) => [objects[on] === null, privilege] as const)
          for (const privilege of privileges) {
            expect(decide(policy, chain, privilege).outcome === 'allow').toBe(
              onIt.some(
                ([onServer, has]) =>
                  naivelyImplied[has].includes(privilege) || (onServer && has === 'manage'),
              ),
            )
          }
          const below = held.some(
            ([, on]) => objects[on]?.chain.ids.slice(1).includes(object?.id ?? '') ?? false,
          )
          expect(visible(policy, chain)).toBe(onIt.length > 0 || below)
        }
      }),
      { numRuns: 60 },
    )
  })
})

function naiveRoles(direct: readonly number[], nested: readonly (readonly [number, number])[]): Set<string> {
  const mine = new Set(direct)
  for (let round = 0; round < 5; round += 1) {
    for (const [member, role] of nested) if (mine.has(member)) mine.add(role)
  }
  return new Set([...mine].map((index) => `r${index}`))
}

const naivelyImplied: Readonly<Record<Privilege, readonly Privilege[]>> = {
  use: ['use'],
  select: ['select', 'use'],
  modify: ['modify', 'select', 'use'],
  create: ['create', 'use'],
  manage: ['manage', 'create', 'modify', 'select', 'use'],
  'administer-storage': ['administer-storage', 'use'],
}
