import { expect, test } from 'vitest'
import { type CaseResult, runSuites } from './run-suites.ts'
import { isClean } from './suite-report.ts'

const suites = [
  { name: 'attacks', about: 'requests that are refused' },
  { name: 'legitimate', about: 'requests that succeed' },
]
const options = { seed: 1, cases: 20, seconds: Infinity, say: () => undefined }

function resultOf(name: string, more: Partial<CaseResult> = {}): CaseResult {
  return { what: name, statuses: [name === 'attacks' ? 403 : 200], escapes: [], broken: [], ...more }
}

async function isCleanWith(more: (name: string) => Partial<CaseResult>): Promise<boolean> {
  const run = ({ name }: { readonly name: string }) => Promise.resolve(resultOf(name, more(name)))
  return isClean(await runSuites(suites, { run }, options))
}

test('a run in which attacks are refused and legitimate requests succeed is clean', async () => {
  expect(await isCleanWith(() => ({}))).toBe(true)
})

test('a run with an escape or a broken case, or in which all or no requests are refused, is not clean', async () => {
  expect(await isCleanWith((name) => (name === 'attacks' ? { escapes: ['x'] } : {}))).toBe(false)
  expect(await isCleanWith((name) => (name === 'legitimate' ? { broken: ['x'] } : {}))).toBe(false)
  expect(await isCleanWith(() => ({ statuses: [403] }))).toBe(false)
  expect(await isCleanWith(() => ({ statuses: [200] }))).toBe(false)
})

test('a run stops at the maximum number of escapes, and reports cases that throw as broken', async () => {
  const escaping = await runSuites(
    suites,
    { run: ({ name }) => Promise.resolve(resultOf(name, { escapes: ['x'] })) },
    { ...options, enough: 3 },
  )
  expect(escaping.escapes).toHaveLength(3)
  const throwing = await runSuites(suites, { run: () => Promise.reject(new Error('x')) }, options)
  expect(throwing.broken).toHaveLength(20)
})

test('a fault that a suite finds in all its cases together is an escape', async () => {
  const result = await runSuites(
    suites,
    { run: ({ name }) => Promise.resolve(resultOf(name)), conclude: () => ['changed'] },
    options,
  )
  expect(result.escapes.map(({ suite }) => suite)).toEqual(['attacks', 'legitimate'])
  expect(isClean(result)).toBe(false)
})
