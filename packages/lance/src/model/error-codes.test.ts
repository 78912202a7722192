import { catalogue } from '@headgate/errors'
import { expect, test } from 'vitest'
import { readSpecification } from '../generate/specification.ts'
import { isLanceErrorCode, lanceErrorNames } from './error-codes.ts'

test('the codes are those of the pinned specification', async () => {
  const { schemas } = (await readSpecification()).components
  const listed = schemas['ErrorResponse']?.properties?.['code']?.description ?? ''
  const specified = [...listed.matchAll(/^\s*(\d+) - (\w+):/gm)].map(([, code, name]) => [code, name])
  expect(Object.entries(lanceErrorNames)).toEqual(specified)
  expect(specified).toHaveLength(24)
})

test('every code has an error of ours, and every error of ours has a code', () => {
  const given = new Set(Object.values(catalogue).map(({ lance }) => lance))
  expect([...given].toSorted((a, b) => a - b)).toEqual(Object.keys(lanceErrorNames).map(Number))
})

test('a number that is no code is told apart', () => {
  expect(isLanceErrorCode(0)).toBe(true)
  for (const no of [24, -1, 0.5, 999, '0', null, undefined, 4n]) expect(isLanceErrorCode(no)).toBe(false)
})
