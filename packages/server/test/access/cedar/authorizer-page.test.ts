import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { everything } from '../../../src/access/compile-policy.ts'
import type { Policy } from '../../../src/access/policy.ts'
import type { ObjectNames } from '../../../src/privilege.ts'
import { privilegeBits, privilegesIn } from '../../../src/access/privilege-bits.ts'
import { CedarAuthorizer } from '../../../src/access/cedar/cedar-authorizer.ts'
import { readPolicies } from '../../../src/access/cedar/cedar-policies.ts'
import { loadCedar } from '../../../src/access/cedar/load-cedar.ts'

const page = readFileSync(join(import.meta.dirname, '../../../../../docs/how-to/authorizer.md'), 'utf8')
const example = /```cedar\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
const cedar = await loadCedar()
const policies = readPolicies(cedar, [{ name: 'docs/how-to/authorizer.md', text: example }])
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

test('the example of docs/how-to/authorizer.md returns the documented decisions', () => {
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
