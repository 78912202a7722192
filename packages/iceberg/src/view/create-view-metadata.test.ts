import { expect, test } from 'vitest'
import { createViewMetadata } from './create-view-metadata.ts'
import { decodeViewMetadata, encodeViewMetadata } from './decode-view-metadata.ts'
import { exampleView, makeSchema, sql, UUID, makeVersion } from '../../test/view/example-view.ts'
import type { ViewRepresentation } from './view-metadata.ts'

const create = (...representations: readonly ViewRepresentation[]): unknown =>
  createViewMetadata({
    uuid: UUID,
    location: 's3://b/v',
    schema: makeSchema('x'),
    version: makeVersion('', { representations }),
    properties: {},
    now: 500,
  })

test('a new view has schema 0, version 1 with the current time, and one entry in its log', () => {
  expect(encodeViewMetadata(exampleView({ comment: 'c' }))).toEqual({
    'view-uuid': UUID,
    'format-version': 1,
    location: 's3://bucket/ns/v',
    properties: { comment: 'c' },
    schemas: [{ ...makeSchema('x'), 'schema-id': 0 }],
    'current-version-id': 1,
    versions: [makeVersion('select 1', { 'timestamp-ms': 500 })],
    'version-log': [{ 'timestamp-ms': 500, 'version-id': 1 }],
  })
})

test('the server replaces the ids and the time of the view version in a create request', () => {
  const version = makeVersion('select 1', { 'version-id': 40, 'schema-id': 12, 'timestamp-ms': 9 })
  const view = createViewMetadata({
    uuid: UUID,
    location: 's3://bucket/ns/v',
    schema: makeSchema('x'),
    version,
    properties: {},
    now: 500,
  })
  expect(view).toEqual(exampleView())
})

test('the metadata of a new view can be decoded', () => {
  const view = exampleView({ comment: 'c' })
  expect(decodeViewMetadata(encodeViewMetadata(view))).toEqual(view)
})

test('two definitions of a view for one dialect are refused, also if the case differs', () => {
  expect(() => create(sql('select 1', 'trino'), sql('select 2', 'Trino'))).toThrow(
    expect.objectContaining({
      code: 'illegal-argument',
      message: 'Invalid view version: Cannot add multiple queries for dialect trino',
    }),
  )
  expect(() => create(sql('select 1', 'trino'), sql('select 1', 'spark'))).not.toThrow()
})

test('a view without SQL, or with a representation of an unknown type, is refused', () => {
  expect(() => create()).toThrow(expect.objectContaining({ code: 'illegal-argument' }))
  expect(() => create(sql('select 1'), { type: 'substrait' })).toThrow(/"substrait"/)
})
