import { describe, expect, it } from 'vitest'
import { fitPrivileges } from '../fit-privileges.ts'
import type { SourceGrant, SourceObject } from '../source-grants.ts'
import { type ObjectRights, toSourceGrants } from './unity-grants.ts'

const catalog: SourceObject = { kind: 'warehouse', namespace: [] }
const schema: SourceObject = { kind: 'namespace', namespace: ['sales'] }
const table: SourceObject = { kind: 'table', namespace: ['sales'], name: 'orders' }

type Privileges = Readonly<Record<string, readonly string[]>>

function rights(
  on: SourceObject,
  level: ObjectRights['level'],
  privileges: Privileges,
  owner: string | null = null,
): ObjectRights {
  const assignments = Object.entries(privileges).map(([principal, list]) => ({ principal, privileges: list }))
  return { on, level, owner, assignments }
}

function privilegesOf({ allows, on }: SourceGrant): readonly string[] {
  return 'capabilities' in allows ? fitPrivileges(allows.capabilities, on.kind).privileges : []
}

describe('toSourceGrants of Unity Catalog', () => {
  it('the import from Unity Catalog combines the rights that a user inherits from the catalog and the schema', () => {
    const { grants } = toSourceGrants(
      [
        rights(catalog, 'catalog', { ann: ['USE CATALOG', 'USE SCHEMA', 'SELECT'] }),
        rights(schema, 'schema', {}),
        rights(table, 'table', { ann: ['MODIFY'] }),
      ],
      [],
    )
    expect(grants.map((grant) => [grant.on.kind, privilegesOf(grant), grant.inactive])).toEqual([
      ['warehouse', ['select'], undefined],
      ['table', ['modify'], undefined],
    ])
  })

  it('the import from Unity Catalog grants a right on the catalog only in the schemas that the user may use', () => {
    const { grants } = toSourceGrants(
      [
        rights(catalog, 'catalog', { ann: ['USE CATALOG', 'SELECT'] }),
        rights(schema, 'schema', { ann: ['USE SCHEMA'] }),
        rights({ kind: 'namespace', namespace: ['hidden'] }, 'schema', {}),
      ],
      [],
    )
    expect(grants.map((grant) => [grant.on.namespace, privilegesOf(grant), grant.inactive])).toEqual([
      [[], ['select'], expect.stringContaining('lacks USE SCHEMA')],
      [['sales'], ['select'], undefined],
    ])
  })

  it('the import from Unity Catalog states that a right without USE CATALOG or USE SCHEMA has no effect', () => {
    const { grants } = toSourceGrants(
      [
        rights(catalog, 'catalog', { ann: ['USE CATALOG'] }),
        rights(schema, 'schema', {}),
        rights(table, 'table', { ann: ['SELECT'], bob: ['SELECT'] }),
      ],
      [],
    )
    expect(grants.map(({ inactive }) => inactive)).toEqual([
      expect.stringContaining('lacks USE SCHEMA'),
      expect.stringContaining('lacks USE CATALOG'),
    ])
  })

  it('the import from Unity Catalog does not let the owner of a catalog read data, but lets the owner of a table do so', () => {
    const { grants } = toSourceGrants(
      [
        rights(catalog, 'catalog', { tom: ['USE CATALOG', 'USE SCHEMA'] }, 'ann'),
        rights(schema, 'schema', {}),
        rights(table, 'table', {}, 'tom'),
      ],
      [],
    )
    expect(grants.map((grant) => [grant.on.kind, privilegesOf(grant)])).toEqual([
      ['warehouse', ['create']],
      ['table', ['manage']],
    ])
  })

  it('the import from Unity Catalog writes a role without members in place of each user', () => {
    const { roles, principals } = toSourceGrants(
      [rights(catalog, 'catalog', { 'ann@example.com': ['USE CATALOG', 'EXECUTE'] })],
      [],
    )
    expect(principals).toEqual([])
    expect(roles).toMatchObject([{ name: 'user-ann@example.com', members: [] }])
  })
})
