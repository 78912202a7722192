import { expect, test } from 'vitest'
import { refusal } from '../../test/metadata/tables.ts'
import { decodeRegisteredView } from './decode-registered-view.ts'
import { decodeViewMetadata, encodeViewMetadata } from './decode-view-metadata.ts'
import { exampleView } from '../../test/view/example-view.ts'

const document = encodeViewMetadata(exampleView())

test('a registered view file that engines can read is accepted', () => {
  expect(decodeRegisteredView(document)).toEqual(decodeViewMetadata(document))
})

test('a registered view file with null properties or representations of an unknown type is refused, because readers refuse it', () => {
  expect(refusal(() => decodeRegisteredView({ ...document, properties: null }))).toBe(
    'bad-request: Invalid properties: must be omitted instead of set to null',
  )
  const versions = exampleView().versions.map((version) => ({ ...version, representations: [{ type: 'x' }] }))
  expect(refusal(() => decodeRegisteredView({ ...document, versions }))).toContain(
    'unsupported view representations',
  )
})
