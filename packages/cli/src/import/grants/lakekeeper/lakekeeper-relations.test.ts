import { describe, expect, it } from 'vitest'
import type { ObjectKind } from '../capability.ts'
import { fitPrivileges } from '../fit-privileges.ts'
import { lakekeeperCapabilities } from './lakekeeper-relations.ts'

describe('lakekeeperCapabilities', () => {
  it.each<[ObjectKind | 'project', string, boolean, readonly string[]]>([
    ['warehouse', 'describe', false, ['use']],
    ['warehouse', 'select', false, ['select']],
    ['warehouse', 'create', false, ['create']],
    ['warehouse', 'modify', false, ['modify']],
    ['warehouse', 'ownership', false, ['manage']],
    ['namespace', 'ownership', true, ['modify', 'create']],
    ['table', 'ownership', true, ['modify']],
    ['table', 'manage_grants', false, []],
    ['view', 'describe', false, ['select']],
    ['project', 'project_admin', false, ['manage']],
    ['project', 'security_admin', false, ['use']],
    ['project', 'data_admin', false, ['modify', 'create']],
  ])(
    'lakekeeperCapabilities maps, on a %s, the relation %s (managed access: %s) to the privileges %j',
    (kind, relation, managed, expected) => {
      const held = new Set(lakekeeperCapabilities(relation, kind, managed))
      expect(fitPrivileges(held, kind === 'project' ? 'warehouse' : kind).privileges).toEqual(expected)
    },
  )

  it.each(['pass_grants', 'manage_tags', 'role_creator', 'constructor'])(
    'lakekeeperCapabilities returns null for %s, which has no counterpart in Headgate',
    (name) => {
      expect(lakekeeperCapabilities(name, 'warehouse', false)).toBeNull()
    },
  )
})
