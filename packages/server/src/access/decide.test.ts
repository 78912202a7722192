import { randomUUID } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { disabled, everything } from './compile-policy.ts'
import { decide, decidePassage, listFilter, serverChain, visible } from './decide.ts'
import { bitsOf, privileges } from './privilege-bits.ts'
import { type Chain, type Privilege, serverId } from './privilege.ts'
import type { Policy } from './policy.ts'
import { enforce } from './refuse.ts'

const [me, other, warehouse, namespace, table] = ['me', 'other', 'warehouse', 'namespace', 'table'].map(
  (name) => `${name} ${randomUUID()}`,
) as [string, string, string, string, string]
const chains: Readonly<Record<string, Chain>> = {
  server: serverChain,
  warehouse: { ids: [warehouse], owners: [other] },
  namespace: { ids: [namespace, warehouse], owners: [other, other] },
  table: { ids: [table, namespace, warehouse], owners: [other, other, other] },
}
const chainOf = (name: string): Chain => chains[name] ?? serverChain

function policyWith(
  grants: readonly (readonly [string, Privilege])[],
  passage: readonly string[] = [],
): Policy {
  const byId = Map.groupBy(grants, ([id]) => id)
  const bits = new Map([...byId].map(([id, held]) => [id, bitsOf(held.map(([, privilege]) => privilege))]))
  return {
    version: 7,
    principalId: me,
    enabled: true,
    grantees: new Set([me]),
    grants: bits,
    passage: new Set(passage),
  }
}

const decisionOf = (policy: Policy): ReturnType<typeof decide> => decide(policy, chainOf('table'), 'modify')
const outcome = (policy: Policy, on: string, privilege: Privilege): string =>
  decide(policy, chainOf(on), privilege).outcome

test('a grant holds on the object and everything below it, and nowhere else', () => {
  const policy = policyWith([[namespace, 'select']])
  expect(outcome(policy, 'table', 'select')).toBe('allow')
  expect(outcome(policy, 'namespace', 'use')).toBe('allow')
  expect(outcome(policy, 'warehouse', 'use')).toBe('hide')
  expect(outcome(policy, 'server', 'use')).toBe('hide')
})

test('a grant on the server holds everywhere', () => {
  const policy = policyWith([[serverId, 'select']])
  for (const on of Object.keys(chains)) expect(outcome(policy, on, 'select')).toBe('allow')
  expect(outcome(policy, 'table', 'modify')).toBe('deny')
})

test('without use an object does not exist; with it, what is missing is named', () => {
  expect(decide(policyWith([]), chainOf('table'), 'select')).toEqual({
    outcome: 'hide',
    privilege: 'select',
    policyVersion: 7,
  })
  expect(decide(policyWith([[table, 'use']]), chainOf('table'), 'select')).toEqual({
    outcome: 'deny',
    privilege: 'select',
    policyVersion: 7,
  })
})

test('the owner of an object may do everything with it and with all below, and nothing above', () => {
  const owned: Chain = { ids: [table, namespace, warehouse], owners: [other, me, other] }
  expect(decide(policyWith([]), owned, 'manage').outcome).toBe('allow')
  expect(decide(policyWith([]), { ids: [namespace, warehouse], owners: [me, other] }, 'manage').outcome).toBe(
    'allow',
  )
  expect(decide(policyWith([]), { ids: [warehouse], owners: [other] }, 'use').outcome).toBe('hide')
})

test('whoever may use something below gets through, and may do nothing on the way', () => {
  const policy = policyWith([[table, 'select']], [warehouse, namespace])
  for (const on of ['warehouse', 'namespace']) {
    expect(decidePassage(policy, chainOf(on)).outcome).toBe('allow')
    expect(outcome(policy, on, 'use')).toBe('deny')
  }
  expect(decidePassage(policy, { ids: ['elsewhere', warehouse], owners: [] }).outcome).toBe('hide')
})

test('a disabled principal sees nothing, not even what it owns', () => {
  const policy = disabled(me, 7)
  const owned: Chain = { ids: [table], owners: [me] }
  expect(decide(policy, owned, 'use').outcome).toBe('hide')
  expect(visible(policy, owned)).toBe(false)
  const filter = listFilter(policy, serverChain)
  expect(filter).toEqual({ all: false, ids: [], principalId: serverId })
  // Also when somebody forgot to empty it.
  expect(
    decide({ ...everything(me, 7), enabled: false, passage: new Set([table]) }, owned, 'use').outcome,
  ).toBe('hide')
})

test('nothing is allowed that no grant and no ownership gives, and more grants never allow less', () => {
  const place = fc.constantFrom(serverId, warehouse, namespace, table, 'elsewhere')
  const grants = fc.array(fc.tuple(place, fc.constantFrom(...privileges)), { maxLength: 6 })
  const implied: Readonly<Record<Privilege, readonly Privilege[]>> = {
    use: ['use', 'select', 'modify', 'create', 'manage'],
    select: ['select', 'modify', 'manage'],
    modify: ['modify', 'manage'],
    create: ['create', 'manage'],
    manage: ['manage'],
  }
  fc.assert(
    fc.property(
      grants,
      grants,
      fc.constantFrom(...Object.keys(chains)),
      fc.constantFrom(...privileges),
      (some, more, on, privilege) => {
        const reach = new Set([serverId, ...chainOf(on).ids])
        const expected = some.some(([id, held]) => reach.has(id) && implied[privilege].includes(held))
        expect(outcome(policyWith(some), on, privilege) === 'allow').toBe(expected)
        if (expected) expect(outcome(policyWith([...some, ...more]), on, privilege)).toBe('allow')
      },
    ),
  )
})

describe('a list', () => {
  test('shows everything below what may be used, else only what is granted, owned or on the way', () => {
    expect(listFilter(policyWith([[warehouse, 'use']]), chainOf('warehouse'))).toEqual({ all: true })
    const policy = policyWith([[table, 'select']], [warehouse, namespace])
    const filter = listFilter(policy, chainOf('warehouse'))
    expect(filter).toEqual({ all: false, principalId: me, ids: [table, warehouse, namespace] })
    expect(listFilter(policy, chainOf('namespace'))).toEqual(filter)
  })

  test('shows exactly what is visible', () => {
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
          const filter = listFilter(policy, chainOf('warehouse'))
          for (const id of ids) {
            const owner = owned.includes(id) ? me : other
            const shown = filter.all || filter.ids.includes(id) || filter.principalId === owner
            expect(shown).toBe(visible(policy, { ids: [id, warehouse], owners: [owner, other] }))
          }
        },
      ),
    )
  })
})

describe('a refusal', () => {
  test('is 404 for what is hidden, with the very text of a missing object', () => {
    const missing = new Error('Table does not exist: a.b')
    expect(() =>
      enforce(decisionOf(policyWith([])), { kind: 'relation', name: 'a.b', missing: () => missing as never }),
    ).toThrow(missing)
    expect(() => enforce(decisionOf(policyWith([])), { kind: 'relation', name: 'a.b' })).toThrow(
      expect.objectContaining({ code: 'no-such-table' }),
    )
  })

  test('is 403 with the privilege for what may be seen, and nothing for what is allowed', () => {
    const denied = decisionOf(policyWith([[table, 'select']]))
    expect(() => enforce(denied, { kind: 'relation', name: 'a.b' })).toThrow(
      expect.objectContaining({ code: 'forbidden', message: expect.stringContaining('modify') as string }),
    )
    expect(() =>
      enforce(decisionOf(policyWith([[table, 'modify']])), { kind: 'relation', name: 'a.b' }),
    ).not.toThrow()
  })
})
