import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDocuments } from '../../apply/read/parse-document.ts'
import type { Document } from '../../apply/document/document.ts'
import type { Capability } from './capability.ts'
import { createReviewDocument, type ReviewInput } from './review-document.ts'
import type { SourceGrant } from './source-grants.ts'

const grant = (allowed: readonly Capability[], more: Partial<SourceGrant> = {}): SourceGrant => ({
  on: { kind: 'namespace', namespace: ['sales'] },
  to: 'role:readers',
  rights: ['READ'],
  unmapped: [],
  allows: { capabilities: new Set(allowed) },
  comments: [],
  ...more,
})

const input = (more: Partial<ReviewInput> & { readonly grants: ReviewInput['grants'] }): ReviewInput => ({
  product: 'Polaris',
  source: 'https://polaris.example/api/catalog, warehouse sales',
  warehouse: 'shop',
  anchors: 'warehouse',
  existing: null,
  ...more,
})

const grantsOnly = (...grants: readonly SourceGrant[]): ReviewInput['grants'] => ({
  facts: [],
  principals: [],
  roles: [],
  grants,
})

function parse(text: string): Document {
  const [parsed] = parseDocuments(text, 'grants.yaml')
  if (parsed === undefined) throw new Error('unreachable')
  return parsed.document
}

describe('createReviewDocument', () => {
  it('the document of imported grants has one entry for all rights of a grantee on an object, and states how the privileges differ', () => {
    const read = grant(['list', 'describe', 'read'])
    const drop = grant(['drop-tables'], { rights: ['DROP'], unmapped: ['POLICY_READ'] })
    const { text, grants, leftOut } = createReviewDocument(input({ grants: grantsOnly(read, drop) }))
    expect(parse(text)).toEqual({
      version: 1,
      grants: [{ on: 'namespace:shop/sales', to: 'role:readers', privileges: ['select'] }],
    })
    expect({ grants, leftOut }).toEqual({ grants: 1, leftOut: 0 })
    expect(text).toContain('  # Source: DROP, READ.\n')
    expect(text).toContain('  # Without a counterpart: POLICY_READ.\n')
    expect(text).toContain('  # Wider: also allows reading namespace properties, reading view definitions.\n')
    expect(text).toContain(
      '  # Narrower: without dropping and renaming tables. This needs "manage", which also allows ',
    )
  })

  it('the document of imported grants contains a right only as a comment if every privilege would allow too much', () => {
    const { text, grants, leftOut } = createReviewDocument(
      input({ grants: grantsOnly(grant(['drop-tables'])) }),
    )
    expect({ grants, leftOut }).toEqual({ grants: 0, leftOut: 1 })
    expect(parse(text)).toEqual({ version: 1 })
    expect(text).toContain(
      '# grants:\n  # Source: READ.\n  # Left out: dropping and renaming tables. This needs "manage", which also allows ',
    )
    const uncommented = text.replace('# grants:', 'grants:').replace('  # - {', '  - {')
    expect(parse(uncommented).grants).toEqual([
      { on: 'namespace:shop/sales', to: 'role:readers', privileges: ['manage'] },
    ])
  })

  it('the document of imported grants contains a right only as a comment if the right has no effect in the source', () => {
    const { text } = createReviewDocument(
      input({ grants: grantsOnly(grant(['list', 'describe', 'read'], { inactive: 'no USE SCHEMA.' })) }),
    )
    expect(parse(text)).toEqual({ version: 1 })
    expect(text).toContain('  # Left out: no USE SCHEMA.\n')
  })

  it('the document of imported grants contains rights on the imported namespaces in place of rights on the whole warehouse, if other namespaces exist', () => {
    const onWarehouse = grant(['list', 'describe', 'read'], { on: { kind: 'warehouse', namespace: [] } })
    const grants = grantsOnly(onWarehouse)
    expect(parse(createReviewDocument(input({ grants })).text).grants).toMatchObject([
      { on: 'warehouse:shop' },
    ])
    const anchors = [['sales'], ['a.b', 'c']]
    expect(parse(createReviewDocument(input({ grants, anchors })).text).grants).toMatchObject([
      { on: 'namespace:shop/"a.b".c' },
      { on: 'namespace:shop/sales' },
    ])
  })

  it('the document of imported grants marks principals and roles that already exist in the target', () => {
    const grants = {
      ...grantsOnly(),
      principals: [{ name: 'etl', enabled: false, comments: [] } as const, { name: 'new', comments: [] }],
      roles: [{ name: 'readers', members: ['principal:etl'], comments: ['A role.'] }],
    }
    const existing = { principals: new Set(['etl']), roles: new Set(['readers']) }
    const { text } = createReviewDocument(input({ grants, existing }))
    expect(parse(text)).toEqual({
      version: 1,
      principals: [{ name: 'etl', enabled: false }, { name: 'new' }],
      roles: [{ name: 'readers', members: ['principal:etl'] }],
    })
    expect(text.match(/The target has a/g)).toHaveLength(2)
  })

  it('the document of imported grants contains hostile names and messages of a source only as values and comments', () => {
    const name = fc.oneof(
      fc.string({ minLength: 1, unit: 'binary' }),
      fc.constantFrom('a\nroles: []', 'x\u2028- {}', '\u202e', '# "}', "'*a &b !c", '${x}', '\u0085', '{}'),
    )
    const capability = fc.constantFrom<Capability>('list', 'read', 'describe', 'drop-tables', 'grant')
    fc.assert(
      fc.property(name, name, fc.uniqueArray(capability), (hostile, other, allowed) => {
        const grants = {
          facts: [hostile],
          principals: [{ name: `p${hostile}`, comments: [other] }],
          roles: [],
          grants: [
            grant(allowed, {
              on: { kind: 'table', namespace: [hostile], name: other },
              to: `role:${hostile}`,
              rights: [other],
              unmapped: [hostile],
            }),
          ],
        }
        const document = parse(createReviewDocument(input({ grants, source: hostile })).text)
        expect(Object.keys(document).filter((key) => key !== 'grants')).toEqual(['version', 'principals'])
        expect(document.principals).toHaveLength(1)
        for (const { to } of document.grants ?? []) expect(to).toBe(`role:${hostile}`)
      }),
    )
  })
})
