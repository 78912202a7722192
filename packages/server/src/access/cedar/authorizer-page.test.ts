import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { everything } from '../compile-policy.ts'
import type { Policy } from '../policy.ts'
import type { ObjectNames } from '../privilege.ts'
import { privilegeBits, privilegesIn } from '../privilege-bits.ts'
import { CedarAuthorizer } from './cedar-authorizer.ts'
import { readPolicies } from './cedar-policies.ts'
import { loadCedar } from './load-cedar.ts'

const page = readFileSync(join(import.meta.dirname, '../../../../../docs/authorizer.md'), 'utf8')
const example = /```cedar\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
const cedar = await loadCedar()
const policies = readPolicies(cedar, [{ name: 'docs/authorizer.md', text: example }])
const authorizer = new CedarAuthorizer(cedar, policies, () => undefined)

const idp = 'https://idp.example'
const inGroups = (...groups: string[]): Policy => ({
  ...everything('alice', 1),
  subject: { issuer: idp, subject: 'alice', login: null, groups },
})
const at = (namespace: string[], kind: 'table' | 'view' | null): ObjectNames => ({
  warehouse: 'lakehouse',
  namespace,
  relation: kind === null ? null : { kind, name: 'people' },
})
const left = (who: Policy, on: ObjectNames): string[] =>
  privilegesIn(authorizer.narrow(who, on, privilegeBits.manage))

test('the example of docs/authorizer.md does what it says', () => {
  const all = ['use', 'select', 'modify', 'create', 'manage']
  for (const kind of ['table', 'view', null] as const) {
    for (const namespace of [['pii'], ['sales', 'pii'], ['pii', 'eu']]) {
      expect(left(inGroups('analysts'), at(namespace, kind)), `${namespace.join('.')} ${kind}`).toEqual([])
      expect(left(inGroups('analysts', 'pii-readers'), at(namespace, kind))).toEqual(all)
    }
    for (const namespace of [['sales'], ['notpii']])
      expect(left(inGroups('analysts'), at(namespace, kind))).toEqual(all)
  }
  expect(authorizer.forbidding(inGroups(), at(['pii'], 'table'), 'select')).toEqual([
    'pii is for its readers',
  ])
  const reporting = { ...inGroups('pii-readers'), engine: { client: 'reporting' } as never }
  expect(left(reporting, at(['pii'], 'table'))).toEqual(['use', 'select'])
  expect(authorizer.forbidding(reporting, at(['pii'], 'table'), 'modify')).toEqual(['reporting only reads'])
})
