import { describe, expect, it } from 'vitest'
import type { Capability, ObjectKind } from '../capability.ts'
import { fitPrivileges } from '../fit-privileges.ts'
import { polarisCapabilities } from './polaris-privileges.ts'

function privilegesFor(kind: ObjectKind, ...names: readonly string[]): readonly string[] {
  const held = new Set<Capability>(names.flatMap((name) => polarisCapabilities(name, kind) ?? []))
  return fitPrivileges(held, kind).privileges
}

describe('polarisCapabilities', () => {
  it.each<[ObjectKind, readonly string[], readonly string[]]>([
    ['warehouse', ['CATALOG_MANAGE_CONTENT'], ['modify', 'create']],
    ['warehouse', ['CATALOG_MANAGE_CONTENT', 'CATALOG_MANAGE_ACCESS'], ['manage']],
    ['namespace', ['CATALOG_MANAGE_CONTENT', 'CATALOG_MANAGE_ACCESS'], ['modify', 'create']],
    // The role catalog_admin of each catalog has these two privileges. It may not read data until it grants itself the
    // right to do so.
    ['warehouse', ['CATALOG_MANAGE_METADATA', 'CATALOG_MANAGE_ACCESS'], ['create']],
    ['namespace', ['TABLE_READ_DATA'], ['select']],
    ['namespace', ['TABLE_WRITE_DATA'], ['modify']],
    ['namespace', ['TABLE_READ_DATA', 'TABLE_CREATE'], ['select', 'create']],
    ['namespace', ['TABLE_FULL_METADATA'], ['create']],
    ['table', ['TABLE_FULL_METADATA'], ['use']],
    ['namespace', ['VIEW_READ_PROPERTIES'], ['use']],
    ['view', ['VIEW_READ_PROPERTIES'], ['select']],
    ['view', ['VIEW_FULL_METADATA'], ['modify']],
    ['namespace', ['NAMESPACE_LIST', 'TABLE_LIST'], ['use']],
    ['namespace', ['TABLE_DROP'], []],
  ])('maps %s %j to %j', (kind, names, expected) => {
    expect(privilegesFor(kind, ...names)).toEqual(expected)
  })

  it.each(['POLICY_READ', 'CATALOG_READ_PROPERTIES', 'TABLE_ADD_SCHEMA', 'NEW_IN_2030', 'constructor'])(
    'polarisCapabilities returns null for %s, which has no counterpart in Headgate',
    (name) => {
      expect(polarisCapabilities(name, 'warehouse')).toBeNull()
    },
  )
})
