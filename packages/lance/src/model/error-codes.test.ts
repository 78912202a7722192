import { catalogue } from '@headgate/errors'
import { expect, test } from 'vitest'
import { readSpecification } from '../../generate/specification.ts'
import { isLanceErrorCode, lanceErrorNames } from './error-codes.ts'

test('the Lance error codes equal those of the pinned specification', async () => {
  const { schemas } = (await readSpecification()).components
  const listed = schemas['ErrorResponse']?.properties?.['code']?.description ?? ''
  const specified = [...listed.matchAll(/^\s*(\d+) - (\w+):/gm)].map(([, code, name]) => [code, name])
  expect(Object.entries(lanceErrorNames)).toEqual(specified)
  expect(specified).toHaveLength(24)
})

test('the Lance error catalogue uses every code of the specification, and no other code', () => {
  const used = new Set(Object.values(catalogue).map(({ lance }) => lance))
  expect([...used].toSorted((a, b) => a - b)).toEqual(Object.keys(lanceErrorNames).map(Number))
})

test('isLanceErrorCode refuses other numbers and other types', () => {
  expect(isLanceErrorCode(0)).toBe(true)
  for (const other of [24, -1, 0.5, 999, '0', null, undefined, 4n])
    expect(isLanceErrorCode(other)).toBe(false)
})
