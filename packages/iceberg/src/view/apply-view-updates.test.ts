import { describe, expect, test } from 'vitest'
import { applyViewUpdates } from './apply-view-updates.ts'
import { exampleView, OTHER_UUID, makeSchema, sql, UUID, makeVersion } from '../../test/view/example-view.ts'
import type { ViewMetadata, ViewVersion } from './view-metadata.ts'
import type { ViewUpdate } from './view-update.ts'

const apply = (base: ViewMetadata | null, ...updates: readonly ViewUpdate[]): ViewMetadata =>
  applyViewUpdates(base, updates, { now: 9_000 }).metadata

const refused = (message: string | RegExp, code = 'bad-request'): object =>
  expect.objectContaining({
    code,
    message: typeof message === 'string' ? message : expect.stringMatching(message),
  })

const addVersion = (version: ViewVersion): ViewUpdate => ({
  action: 'add-view-version',
  'view-version': version,
})
const setCurrent = (id: number): ViewUpdate => ({ action: 'set-current-view-version', 'view-version-id': id })
const setProperty = (name: string, value: string): ViewUpdate => ({
  action: 'set-properties',
  updates: { [name]: value },
})
const replace = (text: string, more: Partial<ViewVersion> = {}): readonly ViewUpdate[] => [
  addVersion(makeVersion(text, more)),
  setCurrent(-1),
]
const upgrade = (version: number): ViewUpdate => ({
  action: 'upgrade-format-version',
  'format-version': version,
})
const ids = (view: ViewMetadata): readonly number[] => view.versions.map((version) => version['version-id'])
const log = (view: ViewMetadata): readonly unknown[] =>
  view['version-log'].map((entry) => [entry['timestamp-ms'], entry['version-id']])

describe('versions', () => {
  test('a new view version gets the id after the highest, and -1 makes it current', () => {
    const view = apply(exampleView(), ...replace('select 2'))
    expect(ids(view)).toEqual([1, 2])
    expect(view['current-version-id']).toBe(2)
  })

  test('a new view version keeps the id of the client if that id is the highest', () => {
    expect(ids(apply(exampleView(), ...replace('select 2', { 'version-id': 12 })))).toEqual([1, 12])
  })

  test('an equal view version is reused, also if its id and time differ', () => {
    const view = apply(exampleView(), ...replace('select 2'))
    const back = apply(view, ...replace('select 1', { 'version-id': 3, 'timestamp-ms': 77 }))
    expect(ids(back)).toEqual([1, 2])
    expect(back['current-version-id']).toBe(1)
    expect(back.versions).toEqual(view.versions)
  })

  test.each<[string, Partial<ViewVersion>]>([
    ['summary', { summary: { 'engine-name': 'trino' } }],
    ['default catalog', { 'default-catalog': 'prod' }],
    ['default namespace', { 'default-namespace': ['other'] }],
    ['representations', { representations: [sql('select 1'), sql('select 1', 'trino')] }],
    ['a field that is not known here', { 'owner-note': 'x' }],
  ])('a view version that differs in its %s is a new version', (_, difference) => {
    expect(ids(apply(exampleView(), ...replace('select 1', difference)))).toEqual([1, 2])
  })

  test('the view version id -1 is refused if no version was added', () => {
    expect(() => apply(exampleView(), setCurrent(-1))).toThrow(refused(/no version has been added/))
  })

  test('an unknown view version cannot become current', () => {
    expect(() => apply(exampleView(), setCurrent(23))).toThrow(
      refused('Cannot set current version to unknown version: 23'),
    )
  })

  test('a view version with two definitions for one dialect is refused', () => {
    const representations = [sql('select 1', 'trino'), sql('select 2', 'TRINO')]
    expect(() => apply(exampleView(), ...replace('', { representations }))).toThrow(
      refused('Invalid view version: Cannot add multiple queries for dialect trino', 'illegal-argument'),
    )
  })

  test('a view version id above 32 bits is refused', () => {
    const view = apply(exampleView(), ...replace('select 2', { 'version-id': 2 ** 31 - 1 }))
    expect(() => apply(view, ...replace('select 3'))).toThrow(refused(/Cannot assign an id/))
  })
})

describe('schemas', () => {
  test('a new schema of a view gets the id after the highest, and -1 in a view version refers to it', () => {
    const view = apply(
      exampleView(),
      { action: 'add-schema', schema: makeSchema('x', 'y') },
      ...replace('select 2', { 'schema-id': -1 }),
    )
    expect(view.schemas.map((schema) => schema['schema-id'])).toEqual([0, 1])
    expect(view.versions.at(-1)?.['schema-id']).toBe(1)
  })

  test('an equal schema of a view is reused, and -1 refers to it', () => {
    const view = apply(
      exampleView(),
      { action: 'add-schema', schema: makeSchema('x') },
      ...replace('select 2', { 'schema-id': -1 }),
    )
    expect(view.schemas).toHaveLength(1)
    expect(view.versions.at(-1)?.['schema-id']).toBe(0)
  })

  test('the view schema id -1 is refused if no schema was added', () => {
    expect(() => apply(exampleView(), ...replace('select 2', { 'schema-id': -1 }))).toThrow(
      refused('Cannot set last added schema: no schema has been added'),
    )
  })

  test('a view version of an unknown schema is refused', () => {
    expect(() => apply(exampleView(), ...replace('select 2', { 'schema-id': 23 }))).toThrow(
      refused('Cannot add version with unknown schema: 23'),
    )
  })
})

describe('dialects', () => {
  const both = apply(
    exampleView(),
    ...replace('', { representations: [sql('select 1'), sql('select 1', 'Trino')] }),
  )
  const onlyTrino = replace('', { representations: [sql('select 2', 'trino')] })

  test('the new current view version must have every dialect of the previous one', () => {
    expect(() => apply(both, ...onlyTrino)).toThrow(refused(/replace\.drop-dialect\.allowed=false/))
  })

  test('a dialect of a view can be dropped if the properties of the view allow it after the updates', () => {
    expect(() => apply(both, ...onlyTrino, setProperty('replace.drop-dialect.allowed', 'TRUE'))).not.toThrow()
    const allowed = apply(both, setProperty('replace.drop-dialect.allowed', 'true'))
    expect(() => apply(allowed, ...onlyTrino)).not.toThrow()
    expect(() => apply(allowed, ...onlyTrino, setProperty('replace.drop-dialect.allowed', 'false'))).toThrow(
      refused(/loss of view dialects/),
    )
  })

  test('view versions that were current only during the commit do not count in the check of dropped dialects', () => {
    const representations = [sql('select 3'), sql('select 3', 'trino')]
    expect(() => apply(both, ...onlyTrino, ...replace('', { representations }))).not.toThrow()
  })
})

describe('history', () => {
  test('the version log of a view contains the time of a new version, and for a rollback to an older version the time of the commit', () => {
    const view = apply(exampleView(), ...replace('select 2', { 'timestamp-ms': 700 }))
    expect(log(view)).toEqual([
      [500, 1],
      [700, 2],
    ])
    expect(log(apply(view, setCurrent(1)))).toEqual([
      [500, 1],
      [700, 2],
      [9_000, 1],
    ])
  })

  test('the version log of a view gets one entry for all changes of a commit, and no entry if the current version did not change', () => {
    const view = apply(exampleView(), ...replace('select 2'), ...replace('select 3', { 'timestamp-ms': 800 }))
    expect(log(view)).toEqual([
      [500, 1],
      [800, 3],
    ])
    expect(log(apply(view, setCurrent(1), setCurrent(3), setProperty('a', 'b')))).toEqual(log(view))
  })

  const three = apply(
    apply(exampleView(), ...replace('select 2', { 'timestamp-ms': 700 })),
    ...replace('select 3', { 'timestamp-ms': 800 }),
  )

  test('a view keeps ten versions, or the number that its property sets', () => {
    let view = exampleView()
    for (let n = 2; n <= 14; n++) view = apply(view, ...replace(`select ${n}`))
    expect(ids(view)).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14])
    expect(ids(apply(view, setProperty('version.history.num-entries', '2')))).toEqual([13, 14])
  })

  test('the current view version is kept, also if it is the oldest', () => {
    const view = apply(three, setCurrent(1), setProperty('version.history.num-entries', '2'))
    expect(ids(view)).toEqual([1, 3])
  })

  test('all view versions that the commit adds are kept', () => {
    const view = apply(
      exampleView({ 'version.history.num-entries': '1' }),
      addVersion(makeVersion('select 2')),
      addVersion(makeVersion('select 3')),
      setCurrent(-1),
    )
    expect(ids(view)).toEqual([2, 3])
  })

  test('the version log of a view begins after the last entry of a removed version', () => {
    const view = apply(three, setProperty('version.history.num-entries', '2'))
    expect(log(view)).toEqual([
      [700, 2],
      [800, 3],
    ])
  })

  test.each(['0', '-3', 'many', '1.5', ''])('the number of kept view versions cannot be %j', (value) => {
    expect(() => apply(exampleView(), setProperty('version.history.num-entries', value))).toThrow(
      refused(/^version\.history\.num-entries must be/),
    )
  })
})

describe('identity, format, location, properties', () => {
  test('the UUID of a view cannot be changed, and assigning the same UUID has no effect', () => {
    const base = exampleView()
    expect(() => apply(base, { action: 'assign-uuid', uuid: OTHER_UUID })).toThrow(
      refused('Cannot reassign uuid'),
    )
    expect(applyViewUpdates(base, [{ action: 'assign-uuid', uuid: UUID.toUpperCase() }], { now: 1 })).toEqual(
      { metadata: base, changed: false },
    )
  })

  test('a lower or unsupported format version of a view is refused', () => {
    expect(() => apply(exampleView(), upgrade(0))).toThrow(refused('Cannot downgrade v1 view to v0'))
    expect(() => apply(exampleView(), upgrade(2))).toThrow(refused('Unsupported format version: 2'))
    expect(apply(exampleView(), upgrade(1))['format-version']).toBe(1)
  })

  test('location and properties of a view are set and removed', () => {
    const view = apply(
      exampleView({ keep: '1', drop: '2' }),
      { action: 'set-location', location: 's3://other/' },
      { action: 'set-properties', updates: { added: '3', keep: '4', ['__proto__']: '5' } },
      { action: 'remove-properties', removals: ['drop', 'never there'] },
    )
    expect(view.location).toBe('s3://other/')
    expect(Object.entries(view.properties)).toEqual([
      ['keep', '4'],
      ['added', '3'],
      ['__proto__', '5'],
    ])
  })

  test('updates of a view keep unknown fields', () => {
    const base: ViewMetadata = { ...exampleView(), 'x-future': { a: [1n] } }
    expect(apply(base, ...replace('select 2'))['x-future']).toEqual({ a: [1n] })
  })
})

describe('the result changed', () => {
  test.each<[string, readonly ViewUpdate[]]>([
    ['no updates', []],
    ['properties as they are', [setProperty('a', 'b')]],
    ['removals of unknown items', [{ action: 'remove-properties', removals: ['z'] }]],
    ['an equal schema', [{ action: 'add-schema', schema: makeSchema('x') }]],
    ['an equal version', replace('select 1')],
    ['the location as it is', [{ action: 'set-location', location: 's3://bucket/ns/v' }]],
  ])('applyViewUpdates returns changed: false for %s', (_, updates) => {
    const base = exampleView({ a: 'b' })
    const result = applyViewUpdates(base, updates, { now: 9_000 })
    expect(result.changed).toBe(false)
    expect(result.metadata).toBe(base)
  })

  test.each<[string, readonly ViewUpdate[]]>([
    ['a property', [setProperty('a', 'c')]],
    ['a schema', [{ action: 'add-schema', schema: makeSchema('z') }]],
    ['a version that is not current', [addVersion(makeVersion('select 2'))]],
    ['a location', [{ action: 'set-location', location: 's3://elsewhere' }]],
  ])('applyViewUpdates returns changed: true for %s', (_, updates) => {
    expect(applyViewUpdates(exampleView({ a: 'b' }), updates, { now: 9_000 }).changed).toBe(true)
  })
})

describe('a new view', () => {
  const uuid: ViewUpdate = { action: 'assign-uuid', uuid: UUID }
  const location: ViewUpdate = { action: 'set-location', location: 's3://b/v' }
  const rest: readonly ViewUpdate[] = [
    { action: 'add-schema', schema: makeSchema('x') },
    ...replace('select 1', { 'schema-id': -1 }),
  ]

  test('a commit to a view that does not exist creates the view from the updates of the commit only', () => {
    const { metadata, changed } = applyViewUpdates(null, [uuid, location, ...rest], { now: 9_000 })
    expect(changed).toBe(true)
    expect(metadata['current-version-id']).toBe(1)
    expect(log(metadata)).toEqual([[1_000, 1]])
  })

  test.each([-1, 0])('a new view has version 1 if the client sends the id %i', (id) => {
    const updates = [uuid, location, rest[0], ...replace('select 1', { 'schema-id': -1, 'version-id': id })]
    expect(ids(apply(null, ...updates.filter((update) => update !== undefined)))).toEqual([1])
  })

  test('a new view without a UUID, a location or a current version is refused', () => {
    expect(() => apply(null, location, ...rest)).toThrow(refused(/no uuid/))
    expect(() => apply(null, uuid, ...rest)).toThrow(refused(/no location/))
    expect(() => apply(null, uuid, location)).toThrow(refused(/no current version/))
  })
})
