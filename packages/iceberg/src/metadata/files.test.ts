import { expect, test } from 'vitest'
import { parseMetadataCodec, metadataFileName, parseMetadataVersion, tableLocations } from './files.ts'
import { newTable, refusal, UUID } from '../../test/metadata/tables.ts'

test('the name of a metadata file contains a number of at least five digits, a UUID and the compression', () => {
  expect(metadataFileName(0, UUID, 'none')).toBe(`00000-${UUID}.metadata.json`)
  expect(metadataFileName(123_456, UUID, 'gzip')).toBe(`123456-${UUID}.gz.metadata.json`)
})

test.each([
  ['s3://b/t/metadata/00003-aa-bb.metadata.json', 3],
  ['00017-aa.gz.metadata.json', 17],
  ['s3://b/t/metadata/123456-aa.metadata.json', 123_456],
  ['s3://b/1-2/metadata/v3.metadata.json', -1],
  ['s3://b/t/metadata/x-1.metadata.json', -1],
  ['s3://b/t/metadata/-1-aa.metadata.json', -1],
  ['', -1],
])('the version in the name of the metadata file %s is %i', (location, version) => {
  expect(parseMetadataVersion(location)).toBe(version)
})

const codec = (name: string): unknown =>
  parseMetadataCodec(newTable({ properties: { 'write.metadata.compression-codec': name } }))

test('a property of the table selects the compression of metadata files', () => {
  expect(parseMetadataCodec(newTable())).toBe('none')
  expect(codec('GZIP')).toBe('gzip')
  expect(refusal(() => codec('lz4'))).toBe('bad-request: Invalid codec name: lz4')
})

test('tableLocations returns the location of the table and the paths of its properties', () => {
  expect(tableLocations(newTable())).toEqual({
    location: 's3://lake/t',
    dataPath: null,
    metadataPath: null,
    all: ['s3://lake/t'],
  })
  const properties = { 'write.data.path': 's3://d', 'write.metadata.path': 's3://m' }
  expect(tableLocations(newTable({ properties }))).toEqual({
    location: 's3://lake/t',
    dataPath: 's3://d',
    metadataPath: 's3://m',
    all: ['s3://lake/t', 's3://d', 's3://m'],
  })
})

const data = (properties: Readonly<Record<string, string>>): unknown =>
  tableLocations(newTable({ properties })).dataPath

test('tableLocations accepts earlier names of the data path property, and lists the locations of all these properties', () => {
  const older = { 'write.object-storage.path': 's3://o', 'write.folder-storage.path': 's3://f' }
  expect(data(older)).toBe('s3://f')
  expect(data({ ...older, 'write.object-storage.enabled': 'true' })).toBe('s3://o')
  expect(data({ ...older, 'write.data.path': 's3://d' })).toBe('s3://d')
  expect(tableLocations(newTable({ properties: older })).all).toEqual(['s3://lake/t', 's3://o', 's3://f'])
})
