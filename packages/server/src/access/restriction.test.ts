import { expect, test } from 'vitest'
import type { Chain } from '../privilege.ts'
import { everything } from './compile-policy.ts'
import type { EngineLimits } from './engine-limits.ts'
import type { HeldRestriction, Policy } from './policy.ts'
import { privilegeBits } from './privilege-bits.ts'
import { findRestriction } from './restriction.ts'

const chain: Chain = {
  ids: ['table', 'namespace', 'warehouse'],
  owners: ['owner'],
  names: { warehouse: 'wh', namespace: ['ns'], relation: { kind: 'table', name: 't' } },
}

const restriction = (rows: string, role: string | null = null): HeldRestriction => ({
  rows,
  columns: null,
  role,
})

function policy(
  restrictions: Readonly<Record<string, readonly HeldRestriction[]>>,
  more: Partial<Policy> = {},
): Policy {
  return {
    ...everything('me', 1),
    grants: new Map(Object.keys(restrictions).map((id) => [id, privilegeBits.use])),
    restrictions: new Map(Object.entries(restrictions)),
    ...more,
  }
}

test('findRestriction returns the only restriction on the object or above it', () => {
  for (const id of chain.ids)
    expect(findRestriction(policy({ [id]: [restriction('a = 1')] }), chain, null)?.rows).toBe('a = 1')
  expect(findRestriction(policy({ other: [restriction('a = 1')] }), chain, null)).toBeNull()
  expect(findRestriction(policy({}), chain, null)).toBeNull()
})

test('select, a privilege that implies it, and ownership win over a restriction', () => {
  const held = { table: [restriction('a = 1')] }
  for (const privilege of ['select', 'modify', 'manage'] as const) {
    const grants = new Map([['namespace', privilegeBits[privilege]]])
    expect(findRestriction(policy(held, { grants }), chain, null)).toBeNull()
  }
  expect(findRestriction(policy(held, { principalId: 'owner' }), chain, null)).toBeNull()
})

test('the caller gets the first restriction of the role that it chooses, and an error if it has several and chooses none', () => {
  const several = policy({
    table: [restriction('a = 1', 'eu'), restriction('a = 2', 'us'), restriction('a = 3', 'us')],
    warehouse: [restriction('a = 4', 'us'), restriction('a = 5')],
  })
  expect(findRestriction(several, chain, 'us')?.rows).toBe('a = 2')
  expect(() => findRestriction(several, chain, null)).toThrow('eu, us')
  expect(() => findRestriction(several, chain, 'other')).toThrow('"other"')
  expect(() => findRestriction(policy({ table: [restriction('a = 1', 'eu')] }), chain, 'us')).toThrow('"us"')
})

test('a disabled principal, and an engine without select or for other warehouses, get no restriction', () => {
  const held = { table: [restriction('a = 1')] }
  expect(findRestriction(policy(held, { enabled: false }), chain, null)).toBeNull()
  const engine: EngineLimits = {
    name: 'trino',
    client: 'trino',
    alone: false,
    firstCalls: 'config-only',
    warehouses: null,
    bits: privilegeBits.manage,
    administers: false,
    refreshes: true,
    viewChains: false,
    enforcesRestrictions: true,
    mustBeProven: false,
    states: new Set(),
    changedAt: 0,
  }
  expect(findRestriction(policy(held, { engine }), chain, null)?.rows).toBe('a = 1')
  expect(
    findRestriction(policy(held, { engine: { ...engine, bits: privilegeBits.use } }), chain, null),
  ).toBeNull()
  const elsewhere = { ...engine, warehouses: new Set(['other']) }
  expect(findRestriction(policy(held, { engine: elsewhere }), chain, null)).toBeNull()
})

test('an authorizer that removes select removes the restricted read too', () => {
  const authorizer = {
    narrows: true,
    narrow: (_: Policy, __: unknown, bits: number) => bits & privilegeBits.use,
    forbidding: () => [],
  }
  expect(findRestriction(policy({ table: [restriction('a = 1')] }, { authorizer }), chain, null)).toBeNull()
})
