import { describe, expect, it } from 'vitest'
import {
  findCover,
  isInside,
  toWarehousePlaces,
  type WarehousePlaces,
  worstCover,
} from './warehouse-places.ts'

const places = (
  name: string,
  storage: Record<string, string>,
  ...allowedLocations: string[]
): WarehousePlaces => {
  const found = toWarehousePlaces({ name, storage, allowedLocations })
  if (found === null) throw new Error('unknown storage')
  return found
}

const lake = places('lake', { type: 's3', bucket: 'lake', prefix: '/wh/' }, 's3://old/tables')
const directory = places('directory', { type: 'file', root: 'file:///data/lake' })

describe('findCover', () => {
  it('findCover returns the root or the allowed location of the warehouse that contains a location', () => {
    expect(findCover('s3a://lake/wh/t', lake, [])).toEqual({
      type: 'allowed',
      warehouse: 'lake',
      location: 's3://lake/wh/',
      isRoot: true,
    })
    expect(findCover('s3://old/tables/t/metadata/1.json', lake, [])).toMatchObject({
      type: 'allowed',
      location: 's3://old/tables/',
      isRoot: false,
    })
  })

  it('findCover returns another warehouse that allows the location, or "outside" if there is none', () => {
    expect(findCover('file:/data/lake/t', lake, [directory])).toEqual({
      type: 'other-warehouse',
      warehouse: 'directory',
      location: 'file:///data/lake/',
    })
    expect(findCover('s3://lake/wh2/t', lake, [directory])).toEqual({
      type: 'outside',
      location: 's3://lake/wh2/t/',
    })
  })

  it('findCover returns "refused" for the root of the warehouse and for texts that are not locations of a store', () => {
    expect(findCover('s3://lake/wh', lake, [])).toMatchObject({ type: 'refused' })
    expect(findCover('hdfs://name/t', lake, [])).toMatchObject({ type: 'refused' })
  })

  it('findCover returns "unknown" if the settings of the warehouse are not visible', () => {
    expect(findCover('s3://lake/wh/t', null, [directory])).toEqual({ type: 'unknown' })
  })
})

it('findCover compares the location that clients see with a directory that has a bucket name', () => {
  const named = places('local', { type: 'file', root: 'file:///data', bucket: 'lakehouse' })
  expect(findCover('s3://lakehouse/t', named, [])).toMatchObject({ type: 'allowed', isRoot: true })
  expect(toWarehousePlaces({ name: 'later', storage: { type: 'tape' }, allowedLocations: [] })).toBeNull()
})

it('worstCover returns the result that prevents the import, among the results for several locations', () => {
  const allowed = findCover('s3://lake/wh/t', lake, [])
  const outside = findCover('s3://elsewhere/t', lake, [])
  expect(worstCover([allowed, outside, allowed])).toBe(outside)
  expect(worstCover([allowed])).toBe(allowed)
})

it('isInside compares granted locations by whole path segments', () => {
  expect(isInside('s3://bkt/landing/t', ['s3://bkt/landing/'])).toBe(true)
  expect(isInside('s3://bkt/landing2/t', ['s3://bkt/landing/'])).toBe(false)
})
