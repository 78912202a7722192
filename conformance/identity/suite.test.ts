import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { unsigned } from '../lib/jwt.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { openLab, ownPlace } from './lab.ts'
import { openOwnFixture } from './own-fixture.ts'
import { checks, rows, runSuite, type SuiteResult } from './suite.ts'
import { startTrap } from './trap.ts'

const say = (): void => undefined

test('the identity suite has at least one check for every line of its table of features', () => {
  expect(Object.keys(rows)).toEqual(Array.from({ length: 26 }, (_, i) => `S${i + 1}`))
  expect(new Set(checks.map(({ row }) => row))).toEqual(new Set(Object.keys(rows)))
})

test('no check of the identity suite fails for a Headgate server', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-identity-'))
  try {
    await using keeper = new ProcessKeeper()
    await using trap = await startTrap()
    await using place = await ownPlace(keeper, folder)
    const { results } = await runSuite(await openOwnFixture(await openLab(place), trap), { say })
    expect(results.filter(({ outcome }) => outcome === 'failed')).toEqual([])
    const ok = results.filter(({ outcome }) => outcome === 'ok').map(({ row }) => row)
    expect(ok).toEqual(
      expect.arrayContaining([
        'S10',
        'S11',
        'S12',
        'S13',
        'S14',
        'S16',
        'S17',
        'S20',
        'S21',
        'S23',
        'S24',
        'S26',
      ]),
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}, 120_000)

/** Runs checks against a faulty server, which trusts every token and issues unsigned tokens to every client. */
async function credulous(select: readonly string[], client = true): Promise<SuiteResult> {
  const token = `${unsigned({ alg: 'none' }, { sub: 'a' })}.`
  const server = createServer((request, response) => {
    request.resume()
    const body = request.url?.includes('oauth')
      ? { access_token: token, token_type: 'bearer', expires_in: 60 }
      : {}
    response
      .writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
      .end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    return await runSuite(
      {
        uri,
        tokenUri: `${uri}/v1/oauth/tokens`,
        warehouse: undefined,
        scope: 'catalog',
        client: client ? { id: 'a', secret: 'b' } : undefined,
        engine: client ? { id: 'a', secret: 'b', user: 'u' } : undefined,
        mayGuess: client,
        lab: undefined,
        trap: undefined,
      },
      { select, say },
    )
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

describe('a server that trusts every token', () => {
  test.each([
    'own-token',
    'errors',
    'renewal',
    'narrower',
    'bound-tokens',
    'guessing',
    'unverified-signature',
    'headers',
    'iceberg-dialect',
  ])('a server that trusts every token fails the check %s', async (name) => {
    const { results } = await credulous([name])
    expect(results).toMatchObject([{ name, outcome: 'failed' }])
  })

  test('the identity suite reports the missing prerequisite of each check that needs configuration', async () => {
    const { results } = await credulous(
      ['external-token', 'first-calls', 'client-credentials', 'guessing'],
      false,
    )
    expect(results.map(({ outcome }) => outcome)).toEqual(Array(4).fill('not checked'))
    for (const { reason } of results) expect(reason).toMatch(/^needs /)
  })
})
