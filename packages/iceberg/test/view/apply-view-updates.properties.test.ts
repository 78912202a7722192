import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { applyViewUpdates } from '../../src/view/apply-view-updates.ts'
import { decodeViewMetadata, encodeViewMetadata } from '../../src/view/decode-view-metadata.ts'
import { exampleView, makeSchema, sql, UUID, makeVersion } from './example-view.ts'
import { outcome } from './views.ts'
import type { ViewMetadata } from '../../src/view/view-metadata.ts'
import type { ViewUpdate } from '../../src/view/view-update.ts'

const version = fc
  .record({ id: fc.integer({ min: -1, max: 6 }), schema: fc.integer({ min: -1, max: 3 }), text: fc.nat(4) })
  .map(({ id, schema, text }) =>
    makeVersion('', {
      'version-id': id,
      'schema-id': schema,
      representations: [sql(`select ${text}`, text === 4 ? 'trino' : 'spark')],
    }),
  )

const update: fc.Arbitrary<ViewUpdate> = fc.oneof(
  fc.constant<ViewUpdate>({ action: 'assign-uuid', uuid: UUID }),
  fc
    .constantFrom('x', 'y', 'z')
    .map((name): ViewUpdate => ({ action: 'add-schema', schema: makeSchema(name) })),
  version.map((v): ViewUpdate => ({ action: 'add-view-version', 'view-version': v })),
  fc
    .integer({ min: -1, max: 8 })
    .map((id): ViewUpdate => ({ action: 'set-current-view-version', 'view-version-id': id })),
  fc
    .constantFrom('0', '1', '2', '10')
    .map((n): ViewUpdate => ({ action: 'set-properties', updates: { 'version.history.num-entries': n } })),
  fc.constant<ViewUpdate>({ action: 'set-properties', updates: { 'replace.drop-dialect.allowed': 'true' } }),
  fc.constant<ViewUpdate>({ action: 'remove-properties', removals: ['version.history.num-entries'] }),
)

const frozen = (value: unknown): void => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  Object.freeze(value)
  Object.values(value).forEach(frozen)
}

test('after any updates, a view can be decoded and keeps at most the allowed number of versions', () => {
  const sets = fc.array(fc.array(update, { maxLength: 6 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(sets, (sets) => {
      let view: ViewMetadata = exampleView({ 'replace.drop-dialect.allowed': 'true' })
      for (const updates of sets) {
        frozen(view)
        const base = view
        const result = outcome(() => applyViewUpdates(base, updates, { now: 9_000 }))
        if (result === 'refused') continue
        view = result.accepted.metadata
        expect(decodeViewMetadata(encodeViewMetadata(view))).toEqual(view)
        const added = updates.filter(({ action }) => action === 'add-view-version').length
        const keep = Number(view.properties['version.history.num-entries'] ?? 10)
        expect(view.versions.length).toBeLessThanOrEqual(Math.max(keep, added + 1, base.versions.length))
        const known = view.versions.map((v) => v['version-id'])
        expect(view['version-log'].every((entry) => known.includes(entry['version-id']))).toBe(true)
        expect(view['version-log'].at(-1)?.['version-id']).toBe(view['current-version-id'])
        if (!result.accepted.changed) expect(view).toBe(base)
      }
    }),
    { numRuns: 300 },
  )
})

test('applying the same updates to a view again has no effect', () => {
  fc.assert(
    fc.property(fc.array(version, { minLength: 1, maxLength: 3 }), (versions) => {
      const updates: readonly ViewUpdate[] = [
        { action: 'add-schema', schema: makeSchema('y') },
        ...versions.map((v): ViewUpdate => ({
          action: 'add-view-version',
          'view-version': { ...v, 'schema-id': -1 },
        })),
        { action: 'set-current-view-version', 'view-version-id': -1 },
      ]
      const base = exampleView({ 'replace.drop-dialect.allowed': 'true' })
      const once = applyViewUpdates(base, updates, { now: 1 }).metadata
      expect(applyViewUpdates(once, updates, { now: 2 })).toEqual({ metadata: once, changed: false })
    }),
  )
})
