import { randomUUID } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { grantsAuthorizer } from './authorizer.ts'
import { disabled, everything } from './compile-policy.ts'
import { decide, decidePassage, listFilter, serverChain, visible } from './decide.ts'
import { bitsGrantedOn, joinBits, privileges, privilegesIn } from './privilege-bits.ts'
import type { Chain, Privilege } from '../privilege.ts'
import { serverId } from '../reserved-ids.ts'
import type { Policy } from './policy.ts'
import { enforce } from './refuse.ts'

const [me, other, warehouse, namespace, table] = ['me', 'other', 'warehouse', 'namespace', 'table'].map(
  (name) => `${name} ${randomUUID()}`,
) as [string, string, string, string, string]
const { names } = serverChain
const chains: Readonly<Record<string, Chain>> = {
  server: serverChain,
  warehouse: { ids: [warehouse], owners: [other], names },
  namespace: { ids: [namespace, warehouse], owners: [other, other], names },
  table: { ids: [table, namespace, warehouse], owners: [other, other, other], names },
}
const findChain = (name: string): Chain => chains[name] ?? serverChain

function policyWith(
  grants: readonly (readonly [string, Privilege])[],
  passage: readonly string[] = [],
): Policy {
  const byId = Map.groupBy(grants, ([id]) => id)
  const bits = new Map(
    [...byId].map(([id, held]) => [
      id,
      bitsGrantedOn(
        id,
        held.map(([, privilege]) => privilege),
      ),
    ]),
  )
  return {
    version: 7,
    principalId: me,
    enabled: true,
    shutOut: null,
    storageRevokedBefore: 0,
    engine: null,
    subject: null,
    roles: [],
    authorizer: grantsAuthorizer,
    grantees: new Set([me]),
    grants: bits,
    restrictions: new Map(),
    passage: new Set(passage),
  }
}

const decideModify = (policy: Policy): ReturnType<typeof decide> =>
  decide(policy, findChain('table'), 'modify')
const outcome = (policy: Policy, on: string, privilege: Privilege): string =>
  decide(policy, findChain(on), privilege).outcome

test('a grant on an object holds on the object and everything below it, but not on other objects', () => {
  const policy = policyWith([[namespace, 'select']])
  expect(outcome(policy, 'table', 'select')).toBe('allow')
  expect(outcome(policy, 'namespace', 'use')).toBe('allow')
  expect(outcome(policy, 'warehouse', 'use')).toBe('hide')
  expect(outcome(policy, 'server', 'use')).toBe('hide')
})

test('a grant on the server holds on every object', () => {
  const policy = policyWith([[serverId, 'select']])
  for (const on of Object.keys(chains)) expect(outcome(policy, on, 'select')).toBe('allow')
  expect(outcome(policy, 'table', 'modify')).toBe('deny')
})

test('an object is hidden from a caller without the privilege use, and the decision for a caller with use names the missing privilege', () => {
  expect(decide(policyWith([]), findChain('table'), 'select')).toEqual({
    outcome: 'hide',
    privilege: 'select',
    policyVersion: 7,
  })
  expect(decide(policyWith([[table, 'use']]), findChain('table'), 'select')).toEqual({
    outcome: 'deny',
    privilege: 'select',
    policyVersion: 7,
  })
})

test('the owner of an object has all rights on it and on everything below it, but none above it', () => {
  const owned: Chain = { ids: [table, namespace, warehouse], owners: [other, me, other], names }
  expect(decide(policyWith([]), owned, 'manage').outcome).toBe('allow')
  expect(
    decide(policyWith([]), { ids: [namespace, warehouse], owners: [me, other], names }, 'manage').outcome,
  ).toBe('allow')
  expect(decide(policyWith([]), { ids: [warehouse], owners: [other], names }, 'use').outcome).toBe('hide')
})

test('an owner holds administer-storage only by a grant, but manage on the server includes it on every object', () => {
  const owned: Chain = { ids: [warehouse], owners: [me], names }
  const may = (policy: Policy): string => decide(policy, owned, 'administer-storage').outcome
  expect(may(policyWith([]))).toBe('deny')
  expect(may(policyWith([[warehouse, 'manage']]))).toBe('deny')
  expect(may(policyWith([[warehouse, 'administer-storage']]))).toBe('allow')
  expect(may(policyWith([[serverId, 'manage']]))).toBe('allow')
  // An owner that also has the grant keeps the rights of an owner.
  expect(decide(policyWith([[warehouse, 'administer-storage']]), owned, 'manage').outcome).toBe('allow')
})

test('a caller with the privilege use on an object may pass through the objects that contain it, and has no other right on those objects', () => {
  const policy = policyWith([[table, 'select']], [warehouse, namespace])
  for (const on of ['warehouse', 'namespace']) {
    expect(decidePassage(policy, findChain(on)).outcome).toBe('allow')
    expect(outcome(policy, on, 'use')).toBe('deny')
  }
  expect(decidePassage(policy, { ids: ['elsewhere', warehouse], owners: [], names }).outcome).toBe('hide')
})

test('a disabled principal sees no object, not even objects that it owns', () => {
  const policy = disabled(me, 7)
  const owned: Chain = { ids: [table], owners: [me], names }
  expect(decide(policy, owned, 'use').outcome).toBe('hide')
  expect(visible(policy, owned)).toBe(false)
  const filter = listFilter(policy, serverChain)
  expect(filter).toEqual({ all: false, ids: [], principalId: serverId, within: null })
  // A disabled policy allows nothing, even if it contains all grants and passages.
  expect(
    decide({ ...everything(me, 7), enabled: false, passage: new Set([table]) }, owned, 'use').outcome,
  ).toBe('hide')
})

test('no right is allowed without a grant or ownership, and more grants never allow less', () => {
  const place = fc.constantFrom(serverId, warehouse, namespace, table, 'elsewhere')
  const grants = fc.array(fc.tuple(place, fc.constantFrom(...privileges)), { maxLength: 6 })
  const implied: Readonly<Record<Privilege, readonly Privilege[]>> = {
    use: ['use', 'select', 'modify', 'create', 'manage', 'administer-storage'],
    select: ['select', 'modify', 'manage'],
    modify: ['modify', 'manage'],
    create: ['create', 'manage'],
    manage: ['manage'],
    'administer-storage': ['administer-storage'],
  }
  const allows = (id: string, held: Privilege, privilege: Privilege): boolean =>
    implied[privilege].includes(held) || (id === serverId && held === 'manage')
  fc.assert(
    fc.property(
      grants,
      grants,
      fc.constantFrom(...Object.keys(chains)),
      fc.constantFrom(...privileges),
      (some, more, on, privilege) => {
        const reach = new Set([serverId, ...findChain(on).ids])
        const expected = some.some(([id, held]) => reach.has(id) && allows(id, held, privilege))
        expect(outcome(policyWith(some), on, privilege) === 'allow').toBe(expected)
        if (expected) expect(outcome(policyWith([...some, ...more]), on, privilege)).toBe('allow')
      },
    ),
  )
})

describe('a list', () => {
  test('a list shows everything below an object with the privilege use, and otherwise only objects that are granted, owned, or contain such objects', () => {
    expect(listFilter(policyWith([[warehouse, 'use']]), findChain('warehouse'))).toEqual({
      all: true,
      within: null,
    })
    const policy = policyWith([[table, 'select']], [warehouse, namespace])
    const filter = listFilter(policy, findChain('warehouse'))
    expect(filter).toEqual({ all: false, principalId: me, ids: [table, warehouse, namespace], within: null })
    expect(listFilter(policy, findChain('namespace'))).toEqual(filter)
  })

  test('the filter of a list matches exactly the visible objects', () => {
    const ids = ['a', 'b', 'c', 'd']
    fc.assert(
      fc.property(
        fc.subarray(ids),
        fc.subarray(ids),
        fc.subarray(ids),
        fc.boolean(),
        (granted, owned, passed, above) => {
          const policy = policyWith(
            [...granted.map((id) => [id, 'use'] as const), ...(above ? ([[warehouse, 'use']] as const) : [])],
            passed,
          )
          const filter = listFilter(policy, findChain('warehouse'))
          for (const id of ids) {
            const owner = owned.includes(id) ? me : other
            const shown = filter.all || filter.ids.includes(id) || filter.principalId === owner
            expect(shown).toBe(visible(policy, { ids: [id, warehouse], owners: [owner, other], names }))
          }
        },
      ),
    )
  })
})

describe('behind an engine', () => {
  const privilegeSets = fc.option(fc.subarray([...privileges]), { nil: null })
  const places = ['wh-1', 'wh-2']
  const chainById: Readonly<Record<string, Chain>> = {
    server: serverChain,
    ...Object.fromEntries(
      places.flatMap((wh) => [
        [wh, { ids: [wh], owners: [other], names }],
        [`${wh}.ns`, { ids: [`${wh}.ns`, wh], owners: [other, other] }],
        [`${wh}.ns.t`, { ids: [`${wh}.ns.t`, `${wh}.ns`, wh], owners: [other, other, other] }],
        [`${wh}.ns.mine`, { ids: [`${wh}.ns.mine`, `${wh}.ns`, wh], owners: [me, other, other] }],
      ]),
    ),
  }
  const grants = fc.array(
    fc.tuple(
      fc.constantFrom(serverId, ...Object.keys(chainById).filter((name) => name !== 'server')),
      fc.constantFrom(...privileges),
    ),
    { maxLength: 6 },
  )
  const behind = (
    user: Policy,
    privilegeSet: readonly Privilege[] | null,
    warehouses: readonly string[] | null,
  ): Policy => ({
    ...user,
    engine: {
      name: 'trino',
      client: 'trino',
      alone: false,
      firstCalls: 'config-only',
      warehouses: warehouses === null ? null : new Set(warehouses),
      bits: privilegeSet === null ? joinBits(['manage']) : joinBits(privilegeSet),
      administers: false,
      refreshes: true,
      viewChains: false,
      enforcesRestrictions: false,
      mustBeProven: false,
      states: new Set(),
      changedAt: 0,
    },
  })

  test('a user has exactly the rights that both the user and the engine have', () => {
    fc.assert(
      fc.property(
        grants,
        fc.subarray(places),
        privilegeSets,
        fc.option(fc.subarray(places), { nil: null }),
        fc.constantFrom(...Object.keys(chainById)),
        (held, passed, allowed, warehouses, on) => {
          const chain = chainById[on] ?? serverChain
          const user = policyWith(held, passed)
          const policy = behind(user, allowed, warehouses)
          const inReach = warehouses === null || warehouses.includes(on.slice(0, 4))
          const usable = new Set(privilegesIn(joinBits(allowed ?? ['manage'])))
          for (const privilege of privileges) {
            const may = decide(user, chain, privilege).outcome === 'allow'
            const decision = decide(policy, chain, privilege)
            expect(decision.outcome === 'allow').toBe(may && inReach && usable.has(privilege))
            expect(decision.outcome !== 'hide').toBe(visible(policy, chain))
            if (decision.outcome === 'deny') expect(decision.limitedBy).toBe(may ? 'trino' : undefined)
          }
          expect(visible(policy, chain)).toBe(visible(user, chain) && inReach && usable.has('use'))
        },
      ),
      { numRuns: 2_000 },
    )
  })

  test('a list shows exactly the visible objects', () => {
    fc.assert(
      fc.property(
        grants,
        fc.subarray(places),
        privilegeSets,
        fc.option(fc.subarray(places), { nil: null }),
        (held, passed, allowed, warehouses) => {
          const policy = behind(policyWith(held, passed), allowed, warehouses)
          for (const above of ['server', ...places, ...places.map((wh) => `${wh}.ns`)]) {
            const parent = chainById[above] ?? serverChain
            const filter = listFilter(policy, parent)
            for (const [name, chain] of Object.entries(chainById)) {
              const rest = name.slice(above === 'server' ? 0 : above.length + 1)
              const child = above === 'server' ? places.includes(name) : name.startsWith(`${above}.`)
              if (!child || rest.includes('.')) continue
              const [id = ''] = chain.ids
              const mine = !filter.all && filter.principalId === chain.owners[0]
              const shown =
                (filter.all || filter.ids.includes(id) || mine) &&
                (filter.within === null || filter.within.includes(id))
              expect(shown).toBe(visible(policy, chain))
            }
          }
        },
      ),
      { numRuns: 1_000 },
    )
  })
})

describe('a refusal', () => {
  test('a refusal for a hidden object throws the same 404 as a missing object', () => {
    const missing = new Error('Table does not exist: a.b')
    expect(() =>
      enforce(decideModify(policyWith([])), {
        kind: 'relation',
        name: 'a.b',
        missing: () => missing as never,
      }),
    ).toThrow(missing)
    expect(() => enforce(decideModify(policyWith([])), { kind: 'relation', name: 'a.b' })).toThrow(
      expect.objectContaining({ code: 'no-such-table' }),
    )
  })

  test('a refusal for a visible object throws 403 with the missing privilege, and an allowed request throws nothing', () => {
    const denied = decideModify(policyWith([[table, 'select']]))
    expect(() => enforce(denied, { kind: 'relation', name: 'a.b' })).toThrow(
      expect.objectContaining({ code: 'forbidden', message: expect.stringContaining('modify') as string }),
    )
    expect(() =>
      enforce(decideModify(policyWith([[table, 'modify']])), { kind: 'relation', name: 'a.b' }),
    ).not.toThrow()
  })
})
