import { expect, test } from 'vitest'
import { statement } from '../../src/store/sql.ts'
import { readCredential } from '../iceberg/credentials.ts'
import { schema } from '../iceberg/tables.ts'
import { faultPlace } from './fault-fixture.ts'
import { MainProcess } from './main-process.ts'

const vend = statement(
  'test_kill_vend',
  `update warehouse set vending = '{"mode":"gateway"}', storage = storage || '{"bucket":"lakehouse"}'`,
)
const agePastDeath = statement(
  'test_kill_age',
  `update storage_access_writer set complete_until = complete_until - interval '15 s'`,
)

interface Listed {
  readonly access: readonly { readonly keyId: string }[]
  readonly completeUntil: string
  readonly gaps: readonly { readonly from: string; readonly until: string }[]
}

async function list(url: string): Promise<Listed> {
  const response = await fetch(`${url}/management/v1/storage-access?pageSize=1000`)
  expect(response.status).toBe(200)
  return (await response.json()) as Listed
}

test('after the server is killed, the list of storage access contains all credentials but the newest, and states since when some may be missing', async () => {
  await using place = await faultPlace()
  await place.sql.run(vend)
  const environment = place.environment({ HEADGATE_S3_PORT: '0' })
  const keys: { readonly key: string; readonly at: number }[] = []
  let killedAt = 0
  {
    await using server = await MainProcess.start(environment)
    const send = (method: string, path: string, body?: unknown): Promise<Response> =>
      fetch(`${server.url}/v1/lakehouse/${path}`, {
        method,
        headers: { 'content-type': 'application/json', 'x-iceberg-access-delegation': 'vended-credentials' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    await send('POST', 'namespaces', { namespace: ['n'] })
    const until = Date.now() + 2_500
    for (let n = 0; Date.now() < until; n += 1) {
      const response = await send('POST', 'namespaces/n/tables', { name: `t${n}`, schema })
      expect(response.status).toBe(200)
      const { config } = readCredential({ json: (await response.json()) as never })
      keys.push({ key: config['s3.access-key-id'] ?? '', at: Date.now() })
    }
    killedAt = Date.now()
    await server.end('SIGKILL')
  }
  await using next = await MainProcess.start(environment)
  const early = await list(next.url)
  const { completeUntil } = early
  // The list is complete only until the last write of the killed process, as long as the other processes do not know
  // that it has ended.
  expect(Date.parse(completeUntil)).toBeLessThanOrEqual(killedAt)
  const covered = keys.filter(({ at }) => at < Date.parse(completeUntil) - 100)
  expect(covered.length).toBeGreaterThan(5)
  const found = new Set(early.access.map(({ keyId }) => keyId))
  expect(covered.filter(({ key }) => !found.has(key))).toEqual([])

  await place.sql.run(agePastDeath)
  const { gaps } = await list(next.url)
  expect(gaps).toHaveLength(1)
  // The test moved the last write of both processes by 15 s.
  expect(Date.parse(gaps[0]?.from ?? '') + 15_000).toBe(Date.parse(completeUntil))
}, 60_000)
