import { randomUUID } from 'node:crypto'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ProvenIdentity } from '../../src/proven-identity.ts'
import { listHeldGrants, listMemberships } from '../../src/store/explanations.ts'
import { listHolders } from '../../src/store/holders.ts'
import { bumpPolicy } from '../../src/store/policies.ts'
import { setPrincipalEnabled } from '../../src/store/principals.ts'
import { type Queryable, type Sql, statement } from '../../src/store/sql.ts'
import { testStore, type TestStore } from '../store/database.ts'
import { decide, serverChain } from '../../src/access/decide.ts'
import { explain } from '../../src/access/explain.ts'
import { Policies } from '../../src/access/policies.ts'
import type { Policy } from '../../src/access/policy.ts'
import {
  bitsGrantedOn,
  holds,
  isOwners,
  privileges,
  privilegesGiving,
  privilegesGivingOnServer,
} from '../../src/access/privilege-bits.ts'
import type { Chain, Privilege } from '../../src/privilege.ts'
import { serverId } from '../../src/reserved-ids.ts'
import {
  addMember,
  addPrincipal,
  addRole,
  addAccessFixture,
  grant,
  registerEngine,
} from './access-fixture.ts'

/** Maximum age in seconds of recorded group memberships, by issuer. */
const groupAges = { headgate: 3_600 }

let store: TestStore
let sql: Sql
let policies: Policies

beforeAll(async () => {
  store = await testStore()
  sql = store.sql
  for (const id of groups) await sql.run(addGroup, [id])
  policies = await Policies.open({ sql, maxAgeMs: 3_600_000, groupAges })
})
afterAll(async () => {
  await policies[Symbol.asyncDispose]()
  await store[Symbol.asyncDispose]()
})

const wipe = ['grant_entry', 'role_member'].map((table) =>
  statement(`test-wipe-${table}`, `delete from ${table}`),
)

async function listAllHolders(chain: Chain, privilege: Privilege): Promise<string[]> {
  const found: string[] = []
  for (;;) {
    const page = await listHolders(sql, {
      securableIds: chain.ids,
      privileges: privilegesGiving(privilege),
      serverPrivileges: privilegesGivingOnServer(privilege),
      unlimitedEngines: isOwners(privilege),
      owners: isOwners(privilege) ? chain.owners : [],
      groupAges,
      warehouseId: chain === serverChain ? null : (chain.ids.at(-1) ?? null),
      after: found.length === 0 ? null : { name: found.at(-1) ?? '', id: ids.get(found.at(-1) ?? '') ?? '' },
      limit: 2,
    })
    found.push(...page.map(({ name }) => name))
    if (page.length < 2) return found
  }
}

const groups = [randomUUID(), randomUUID()]
const addGroup = statement(
  'test-group',
  `insert into principal_group (id, issuer, name) values ($1::uuid, 'headgate', 'g' || ($1::uuid)::text)`,
)
const joinGroup = statement(
  'test-join-group',
  `with said as (update principal set groups_at = coalesce($3::timestamptz, now()) where id = $1)
   insert into group_member (principal_id, group_id) values ($1, $2)`,
)

const ids = new Map<string, string>()

async function explainPrivilege(
  policy: Policy,
  chain: Chain,
  privilege: Privilege,
): Promise<ReturnType<typeof explain>> {
  const order = [...new Set([...chain.ids, serverId])]
  return explain(policy, chain, privilege, {
    order,
    owned: chain.ids.filter((_, index) => chain.owners[index] === policy.principalId),
    grants: await listHeldGrants(sql, order, [...policy.grantees]),
    memberships: await listMemberships(sql, policy.principalId),
  })
}

test('findHolders returns exactly the principals that decisions allow, with a reason for every right, for all combinations of owners, roles, grants and engines', async () => {
  const callers: ProvenIdentity[] = []
  for (const name of [
    'a-owner',
    'b-user',
    'c-disabled',
    'd-engine',
    'e-service',
    'f-limited',
    'g-long-ago',
  ]) {
    const caller = await addPrincipal(sql, name)
    callers.push(caller)
    ids.set(name, caller.principal.id)
  }
  const toCallerId = (index: number): string => callers[index]?.principal.id ?? randomUUID()
  const { warehouse, outer, inner, sibling, table } = await addAccessFixture(sql, toCallerId(0))
  const other = await addAccessFixture(sql)
  await registerEngine(sql, toCallerId(3), { firstCalls: 'config-only' })
  await registerEngine(sql, toCallerId(4), {
    firstCalls: 'service',
    privileges: ['select', 'administer-storage'],
  })
  await registerEngine(sql, toCallerId(5), { firstCalls: 'service', warehouses: [other.warehouse.id] })
  await sql.transaction(async (tx: Queryable) => {
    await setPrincipalEnabled(tx, toCallerId(2), false)
    await bumpPolicy(tx)
  })
  // The group membership of caller 6 is older than `groupAges` allows, so it grants nothing.
  for (const member of [1, 4, 6])
    await sql.run(joinGroup, [toCallerId(member), groups[0], member === 6 ? '2026-01-01T00:00:00Z' : null])
  await sql.run(joinGroup, [toCallerId(1), groups[1], null])
  const objects = [null, warehouse, outer, inner, sibling, table, other.table]
  const roles = [await addRole(sql, 'r0'), await addRole(sql, 'r1'), await addRole(sql, 'r2')]
  const scenarios = fc.record({
    direct: fc.uniqueArray(fc.tuple(fc.nat(6), fc.nat(2)), { selector: String, maxLength: 6 }),
    grouped: fc.uniqueArray(fc.tuple(fc.nat(1), fc.nat(2)), { selector: String, maxLength: 2 }),
    nested: fc.uniqueArray(fc.tuple(fc.nat(2), fc.nat(2)), { selector: String, maxLength: 4 }),
    grants: fc.uniqueArray(
      fc.tuple(
        fc.constantFrom('principal' as const, 'role' as const, 'group' as const),
        fc.nat(6),
        fc.nat(6),
        fc.constantFrom(...privileges),
      ),
      { selector: String, maxLength: 6 },
    ),
  })
  await fc.assert(
    fc.asyncProperty(scenarios, async ({ direct, grouped, nested, grants }) => {
      for (const each of wipe) await sql.run(each)
      let version = await sql.transaction((tx) => bumpPolicy(tx))
      const role = (index: number): string => roles[index % 3] ?? ''
      for (const [caller, to] of direct)
        version = await addMember(sql, role(to), 'principal', toCallerId(caller))
      for (const [member, to] of nested) version = await addMember(sql, role(to), 'role', role(member))
      const group = (index: number): string => groups[index % 2] ?? ''
      for (const [member, to] of grouped) version = await addMember(sql, role(to), 'group', group(member))
      for (const [kind, index, on, privilege] of grants) {
        const id = { principal: toCallerId, role, group }[kind](index)
        version = await grant(sql, privilege, objects[on] ?? null, kind, id)
      }
      const known = await Promise.all(callers.map(async (caller) => policies.get(caller, version)))
      for (const object of objects) {
        const chain = object?.chain ?? serverChain
        for (const privilege of ['use', 'modify', 'create', 'manage', 'administer-storage'] as const) {
          const allowed = known.filter((policy) => decide(policy, chain, privilege).outcome === 'allow')
          expect(await listAllHolders(chain, privilege)).toEqual(
            callers
              .filter(({ principal }) => allowed.some(({ principalId }) => principalId === principal.id))
              .map(({ principal }) => principal.name),
          )
          const [policy] = known.slice(1)
          if (policy === undefined) throw new Error('nobody')
          const { deciding, own } = await explainPrivilege(policy, chain, privilege)
          expect(own.includes(privilege)).toBe(deciding !== null)
          const grant = deciding?.grant ?? null
          if (grant) expect(holds(bitsGrantedOn(grant.securableId, [grant.privilege]), privilege)).toBe(true)
        }
      }
    }),
    { numRuns: 15 },
  )
}, 60_000)

test('the grant on the nearest object decides, a grant to the principal precedes a grant to its roles, and the result contains the path of roles', async () => {
  for (const each of wipe) await sql.run(each)
  const who = await addPrincipal(sql, 'nearest')
  const { warehouse, inner, table } = await addAccessFixture(sql)
  const [team, company] = [await addRole(sql, 'team'), await addRole(sql, 'company')]
  await addMember(sql, team, 'principal', who.principal.id)
  await addMember(sql, company, 'role', team)
  await addMember(sql, team, 'role', company)
  let version = await grant(sql, 'manage', warehouse, 'role', company)
  const deciding = async (privilege: Privilege): Promise<readonly unknown[]> => {
    const policy = await policies.get(who, version)
    const reason = (await explainPrivilege(policy, table.chain, privilege)).deciding
    return [reason?.on, reason?.grant?.privilege, reason?.through.map(({ name }) => name)]
  }
  expect(await deciding('select')).toEqual([warehouse.id, 'manage', ['team', 'company']])
  version = await grant(sql, 'modify', inner, 'role', team)
  expect(await deciding('select')).toEqual([inner.id, 'modify', ['team']])
  version = await grant(sql, 'select', inner, 'principal', who.principal.id)
  expect(await deciding('select')).toEqual([inner.id, 'select', []])
  expect(await deciding('modify')).toEqual([inner.id, 'modify', ['team']])
  version = await grant(sql, 'use', table, 'principal', who.principal.id)
  expect(await deciding('select')).toEqual([inner.id, 'select', []])
})
