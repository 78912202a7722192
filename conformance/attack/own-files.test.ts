import { describe, expect, test } from 'vitest'
import type { Response } from '../refresh/catalog-client.ts'
import type { Canary } from './canary.ts'
import { foreignPrefixes } from './own-files.ts'

const canaries: readonly Canary[] = [
  { kind: 'table', location: 's3://lake/n/t2/data/canary' },
  { kind: 'between', location: 's3://lake/canary' },
]
const own = 's3://lake/n/own'

function loaded(location: string, ...prefixes: readonly string[]): Response {
  const credentials = prefixes.map((prefix) => ({ prefix, config: {} }))
  const json = { metadata: { location }, 'storage-credentials': credentials }
  return { status: 200, headers: new Headers(), text: JSON.stringify(json), json }
}

const found = (location: string, ...prefixes: readonly string[]): string[] =>
  foreignPrefixes({ canaries }, loaded(location, ...prefixes), own)

describe('foreignPrefixes', () => {
  test('foreignPrefixes accepts credentials for the location of the table and for locations below it', () => {
    expect(found(own, `${own}/`, own, `${own}/data/`)).toEqual([])
  })

  test('foreignPrefixes accepts a credential for both locations of a table that was moved to a free location', () => {
    expect(found('s3://lake/x', 's3://lake/')).toEqual([])
    expect(found('s3://lake/n/owl', 's3://lake/n/', 's3://lake/n/owl/')).toEqual([])
  })

  test('foreignPrefixes reports a credential for a folder above the location of a table that was not moved', () => {
    expect(found(own, 's3://lake/n/', 's3://lake/')).toEqual(['s3://lake/n/', 's3://lake/'])
  })

  test.each(['s3://lake/n/t2', 's3://lake/n/t2/x', 's3://lake/n/t2/data', 's3://lake/n', 's3://lake'])(
    'foreignPrefixes reports a credential for the location of another table, or for a folder above it: %s',
    (place) => {
      expect(found(place, `${place}/`)).toEqual([`${place}/`])
      expect(found(place, 's3://lake/')).toEqual(['s3://lake/'])
    },
  )

  test('foreignPrefixes reports a credential for a folder above the common folder of both locations', () => {
    expect(found('s3://lake/n/x', 's3://lake/')).toEqual(['s3://lake/'])
  })
})
