import { expect, test } from 'vitest'
import { refusal } from '../metadata/test-support.ts'
import { decodeRegisteredView } from './decode-registered-view.ts'
import { decodeViewMetadata, encodeViewMetadata } from './decode-view-metadata.ts'
import { exampleView } from './example-view.ts'

const document = encodeViewMetadata(exampleView())

test('a view that engines read is registered', () => {
  expect(decodeRegisteredView(document)).toEqual(decodeViewMetadata(document))
})

test('null properties and representations of an unknown type, which readers refuse, are refused', () => {
  expect(refusal(() => decodeRegisteredView({ ...document, properties: null }))).toBe(
    'bad-request: Invalid properties: must be left out, not null',
  )
  const versions = exampleView().versions.map((version) => ({ ...version, representations: [{ type: 'x' }] }))
  expect(refusal(() => decodeRegisteredView({ ...document, versions }))).toContain(
    'unsupported view representations',
  )
})
