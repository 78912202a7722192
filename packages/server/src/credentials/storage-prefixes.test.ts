import { expect, test } from 'vitest'
import type { Warehouse } from '../catalog/warehouses.ts'
import { parseLocation } from '@headgate/storage'
import { allowedPrefixes } from './storage-prefixes.ts'

const warehouse = {
  rootAndAllowed: [parseLocation('s3://lake/wh'), parseLocation('s3://more')],
} as Partial<Warehouse>
const within = (...prefixes: string[]): readonly string[] => allowedPrefixes(warehouse as Warehouse, prefixes)

test('allowedPrefixes returns the locations of a table that the warehouse allows', () => {
  expect(within('s3://lake/wh/t/', 's3://gone/t/')).toEqual(['s3://lake/wh/t/'])
  expect(within('s3://lake/wh/t/', 's3://more/t/')).toEqual(['s3://lake/wh/t/', 's3://more/t/'])
  expect(within('s3://lake/wh/t/', 's3://lake/wh/', 's3://lake/')).toEqual(['s3://lake/wh/t/'])
})

test('allowedPrefixes returns all locations when the warehouse allows none, so that a later check refuses them', () => {
  expect(within('s3://gone/t/')).toEqual(['s3://gone/t/'])
  expect(within('s3://gone/t/', 's3://gone/u/')).toEqual(['s3://gone/t/', 's3://gone/u/'])
})
