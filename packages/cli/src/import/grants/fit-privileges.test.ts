import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { capabilities, type Capability, everyCapability, type ObjectKind } from './capability.ts'
import { fitPrivileges } from './fit-privileges.ts'

const kinds: readonly ObjectKind[] = ['warehouse', 'namespace', 'table', 'view']
const all = Object.keys(capabilities) as readonly Capability[]
const fit = (kind: ObjectKind, ...held: readonly Capability[]): ReturnType<typeof fitPrivileges> =>
  fitPrivileges(new Set(held), kind)

describe('fitPrivileges', () => {
  it('fitPrivileges maps the right to read tables to select, and states that select also allows reading views', () => {
    expect(fit('namespace', 'list', 'describe', 'read')).toEqual({
      privileges: ['select'],
      wider: ['read-namespaces', 'describe-views'],
      narrower: [],
      complete: null,
    })
    expect(fit('table', 'list', 'describe', 'read')).toMatchObject({ privileges: ['select'], wider: [] })
  })

  it('fitPrivileges maps a right to read only metadata to use, because select would allow reading data', () => {
    expect(fit('table', 'list', 'describe')).toEqual({
      privileges: ['use'],
      wider: [],
      narrower: ['describe'],
      complete: { privileges: ['select'], extra: ['read'] },
    })
  })

  it('fitPrivileges maps a right to drop objects to manage only if it also allows granting rights', () => {
    const write = ['list', 'describe', 'read', 'write', 'change-tables', 'drop-tables'] as const
    expect(fit('table', ...write)).toMatchObject({
      privileges: ['modify'],
      narrower: ['drop-tables'],
      complete: { privileges: ['manage'], extra: ['grant'] },
    })
    expect(fit('table', ...write, 'grant')).toMatchObject({ privileges: ['manage'], narrower: [] })
  })

  it('fitPrivileges maps a right that only allows drops, or only allows grants, to no privilege', () => {
    expect(fit('warehouse', 'drop-tables')).toMatchObject({ privileges: [], narrower: ['drop-tables'] })
    expect(fit('warehouse', 'list', 'grant')).toMatchObject({ privileges: ['use'], narrower: ['grant'] })
  })

  it('fitPrivileges maps a right with every capability of an object to manage', () => {
    for (const kind of kinds)
      expect(fitPrivileges(everyCapability(kind), kind)).toEqual({
        privileges: ['manage'],
        wider: [],
        narrower: [],
        complete: null,
      })
  })

  it('fitPrivileges never allows reading, writing, dropping or granting that the right does not allow', () => {
    const guarded: readonly Capability[] = [
      'read',
      'write',
      'drop-tables',
      'drop-views',
      'drop-namespaces',
      'grant',
    ]
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.uniqueArray(fc.constantFrom(...all)), (kind, held) => {
        const { wider, narrower, complete } = fit(kind, ...held)
        expect(wider.filter((each) => guarded.includes(each))).toEqual([])
        expect(wider.some((each) => held.includes(each))).toBe(false)
        expect(narrower.every((each) => held.includes(each))).toBe(true)
        expect(complete === null).toBe(narrower.length === 0)
      }),
    )
  })
})
