import { expect, test } from 'vitest'
import { exampleView, UUID } from '../../test/view/example-view.ts'
import { viewLocations, viewMetadataCodec, viewMetadataFileName } from './index.ts'

test('the name of a view metadata file contains a number of at least five digits and the compression', () => {
  expect(viewMetadataFileName(0, UUID, 'gzip')).toBe(`00000-${UUID}.gz.metadata.json`)
  expect(viewMetadataFileName(41, UUID, 'none')).toBe(`00041-${UUID}.metadata.json`)
  expect(viewMetadataFileName(123_456, UUID, 'none')).toBe(`123456-${UUID}.metadata.json`)
})

test('metadata of views is compressed by gzip unless the view disables it', () => {
  expect(viewMetadataCodec({})).toBe('gzip')
  expect(viewMetadataCodec({ 'write.metadata.compression-codec': 'NONE' })).toBe('none')
  expect(() => viewMetadataCodec({ 'write.metadata.compression-codec': 'lz4' })).toThrow(
    expect.objectContaining({ code: 'bad-request' }),
  )
})

test('viewLocations returns every location in the metadata', () => {
  expect(viewLocations(exampleView())).toEqual({
    location: 's3://bucket/ns/v',
    metadataPath: null,
    all: ['s3://bucket/ns/v'],
  })
  expect(viewLocations(exampleView({ 'write.metadata.path': 's3://elsewhere/m' }))).toEqual({
    location: 's3://bucket/ns/v',
    metadataPath: 's3://elsewhere/m',
    all: ['s3://bucket/ns/v', 's3://elsewhere/m'],
  })
})
