import { describe, expect, test } from 'vitest'
import { asCaller, openCatalog } from './catalog-client.ts'
import { runSuite, type SuiteResult } from './suite.ts'
import { type Fault, testCatalog } from './test-catalog.ts'

async function check(options: Parameters<typeof testCatalog>[0] = {}): Promise<SuiteResult> {
  await using server = await testCatalog(options)
  const headers = { authorization: 'Bearer ada' }
  const catalog = await openCatalog({ uri: server.uri, warehouse: undefined, headers })
  const fixture = {
    catalog,
    second: asCaller(catalog, { authorization: 'Bearer eve' }),
    otherWarehouse: undefined,
    authenticates: true,
    tokenLifeSeconds: undefined,
    revocation: undefined,
  }
  return await runSuite(fixture, { say: () => undefined })
}

const failed = ({ results }: SuiteResult): string[] =>
  results.filter(({ outcome }) => outcome === 'failed').map(({ name, reason }) => `${name}: ${reason}`)
const toReason = ({ results }: SuiteResult, name: string): string | undefined =>
  results.find((result) => result.name === name)?.reason

describe('a catalog that keeps its promises', () => {
  test('a correct catalog passes all checks if its tokens can be used repeatedly', async () => {
    const result = await check()
    expect(failed(result)).toEqual([])
    expect(toReason(result, 'replay')).toBe('tokens can be used again until they end')
    expect(toReason(result, 'simultaneous')).toMatch(/^20 of 20 /)
  })

  test('a correct catalog passes all checks if its tokens can be used only once', async () => {
    const result = await check({ oneTime: true })
    expect(failed(result)).toEqual([])
    expect(toReason(result, 'replay')).toBe('tokens can be used once')
    expect(toReason(result, 'simultaneous')).toMatch(/^1 of 20 /)
  })

  test('the conformance suite for storage refresh reports the reason of each check that was not possible', async () => {
    const { results } = await check()
    const open = results.filter(({ outcome }) => outcome === 'not applicable')
    expect(open.map(({ name }) => name)).toContain('other-warehouse')
    for (const { reason } of open) expect(reason).not.toBe('')
  })
})

const found: readonly (readonly [Fault, string])[] = [
  ['two credentials', 'exactly-one'],
  ['another prefix', 'exactly-one'],
  ['same token', 'rotation'],
  ['plan ignored', 'plan-and-token'],
  ['reason revealed', 'other-table'],
  ['staged listed', 'not-listed'],
  ['accepts tokens of any caller', 'other-principal'],
  ['accepts tokens of any table', 'other-table'],
  ['token survives drop', 'after-drop'],
  ['token ends with commit', 'after-commit'],
  ['one token a name', 'isolation'],
  ['load takes token', 'load-ignores-it'],
  ['staged tables distinguished', 'constant-text'],
  ['endpoint without token', 'endpoint-as-is'],
  ['all requests refused', 'no-authentication'],
]

test.each(found)('a catalog with the fault "%s" fails the check %s', async (fault, name) => {
  const names = failed(await check({ fault })).map((line) => line.split(':')[0])
  expect(names).toContain(name)
})
