import { expect, test } from 'vitest'
import { grantsAuthorizer } from './authorizer.ts'
import type { Authorizer } from './policy.ts'
import { relationChain } from './chain.ts'
import { compilePolicy, disabled } from './compile-policy.ts'
import type { Policy } from './policy.ts'
import type { Chain, Privilege } from '../privilege.ts'
import { absentPrincipalId, serverId } from '../reserved-ids.ts'
import { joinBits, privilegeBits } from './privilege-bits.ts'
import { decideThroughViews, chooseDefiner, type ViewLink } from './through-views.ts'

const warehouse: Chain = {
  ids: ['wh'],
  owners: [serverId],
  names: { warehouse: 'wh', namespace: null, relation: null },
}
const at = (name: string, kind: 'table' | 'view', owner: string): Chain =>
  relationChain(warehouse, name, owner, { kind, name })
const table = at('t', 'table', 'nobody')
const view = at('v', 'view', 'dora')

/**
 * Returns the policy of a principal with these rights. By default, an engine that may name views acts for the
 * principal.
 */
function policy(
  id: string,
  grants: Readonly<Record<string, Privilege>>,
  { behind = true, authorizer = grantsAuthorizer }: { behind?: boolean; authorizer?: Authorizer } = {},
): Policy {
  const engine = {
    name: 'trino',
    client: 'trino',
    enabled: true,
    notBefore: 0,
    subjects: [{ issuer: 'headgate', pattern: '*', groups: [] }],
    namesIssuer: null,
    unsignedSubjects: false,
    assertions: false,
    namesAdministrators: false,
    firstCalls: 'config-only' as const,
    warehouses: null,
    privileges: null,
    administers: false,
    refreshes: true,
    viewChains: true,
    enforcesRestrictions: false,
    storageNotBefore: 0,
    changedAt: 0,
  }
  const row = {
    version: 1,
    enabled: true,
    notBefore: 0,
    storageNotBefore: 0,
    grantees: [id],
    grants: Object.entries(grants).map(([on, privilege]) => ({ id: on, privileges: [privilege] })),
    restrictions: [],
    passage: [],
    subject: { issuer: 'headgate', subject: id, login: null, groups: [] },
    roles: [],
    engine: behind ? engine : null,
    accessKeys: [],
  }
  return compilePolicy(id, behind ? 'trino' : null, row, authorizer)
}

const alice = policy('alice', { v: 'select' })
const dora = policy('dora', { t: 'select' }, { behind: false })
const link: ViewLink = { chain: view, definer: dora }
const outcome = (caller: Policy, views: readonly ViewLink[]): string =>
  decideThroughViews(caller, views, table).outcome

test('the caller needs select on the view, and the definer of the view needs select on the table', () => {
  expect(outcome(alice, [link])).toBe('allow')
  expect(outcome(policy('alice', { v: 'use' }), [link])).toBe('hide')
  expect(outcome(alice, [{ ...link, definer: policy('dora', {}, { behind: false }) }])).toBe('hide')
  expect(outcome(alice, [{ ...link, definer: disabled('dora', 1) }])).toBe('hide')
  expect(outcome(policy('alice', { v: 'select' }, { behind: false }), [link])).toBe('hide')
})

test('a load through a view is refused if the request names no view, even if the caller may select from the table', () => {
  expect(outcome(policy('alice', { t: 'manage' }), [])).toBe('hide')
})

test('a definer of a view that is an engine is still limited by its engine entry', () => {
  const limits = dora.engine ?? alice.engine
  if (limits === null) throw new Error('no engine')
  const limited = (more: object): Policy => ({ ...dora, engine: { ...limits, ...more } })
  const through = (definer: Policy, caller = alice): string => outcome(caller, [{ ...link, definer }])
  expect(through(limited({}))).toBe('allow')
  expect(through(limited({ bits: joinBits(['use']) }))).toBe('hide')
  expect(through(limited({ warehouses: new Set(['other']) }))).toBe('hide')
  const narrow = { ...alice, engine: { ...limits, warehouses: new Set(['wh']) } }
  expect(through(limited({ warehouses: new Set(['wh', 'other']) }), narrow)).toBe('allow')
})

test('a view does not restore a right that the authorizer removed from the caller or from the definer', () => {
  const without = (subject: string, object = 't'): Authorizer => ({
    narrows: true,
    narrow: (caller, { relation }, bits) =>
      caller.principalId === subject && relation?.name === object ? bits & privilegeBits.use : bits,
    forbidding: () => ['a rule'],
  })
  const ask = (authorizer: Authorizer): string =>
    outcome(policy('alice', { v: 'select' }, { authorizer }), [
      { chain: view, definer: policy('dora', { t: 'select' }, { behind: false, authorizer }) },
    ])
  expect(ask(without('somebody else'))).toBe('allow')
  expect(ask(without('alice'))).toBe('hide')
  expect(ask(without('dora'))).toBe('hide')
  expect(ask(without('alice', 'v'))).toBe('hide')
  const inner: ViewLink = { chain: at('inner', 'view', 'dora'), definer: dora }
  const erin = policy('erin', { inner: 'select' }, { behind: false })
  const nested = (authorizer: Authorizer): string =>
    outcome(policy('alice', { v: 'select' }, { authorizer }), [{ chain: view, definer: erin }, inner])
  expect(nested(grantsAuthorizer)).toBe('allow')
  expect(nested(without('alice', 'inner'))).toBe('hide')
})

test('the definer of a view is the caller that writes it, but a view that is written through an engine without select has no definer', () => {
  const behind = (privileges: readonly Privilege[]): Policy => {
    if (alice.engine === null) throw new Error('no engine')
    return { ...alice, engine: { ...alice.engine, bits: joinBits(privileges) } }
  }
  expect(chooseDefiner(dora)).toBe('dora')
  expect(chooseDefiner(alice)).toBe('alice')
  for (const privilege of ['select', 'modify', 'manage'] as const)
    expect(chooseDefiner(behind(['create', privilege]))).toBe('alice')
  for (const privileges of [['create'], ['use'], []] as const)
    expect(chooseDefiner(behind(privileges))).toBe(absentPrincipalId)
})
