import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { headerPairs, parseRequest, verifySignature } from '@headgate/sigv4'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { testWarehouse } from '../../test/credentials/vendors/requests.ts'
import type { Finding } from '../catalog/finding.ts'
import { loopbackEndpoints } from '../../../storage/test/endpoints.ts'
import { signedRequestsWork } from './try-signing.ts'

const keys = { accessKeyId: 'AKWAREHOUSE', secretAccessKey: 'warehouse-secret' }

/** Object store that accepts requests that are signed with `keys`, except those that the test forbids. */
let server: Server
let endpoint: string
let seen: string[]
let forbidden: string[]
beforeAll(async () => {
  server = createServer((request, response) => {
    const { method = '', url = '' } = request
    seen.push(`${method} ${url}`)
    const wire = { method, target: url, headers: headerPairs(request.rawHeaders) }
    const parsed = parseRequest(wire, { services: ['s3'], regions: ['us-east-1'], now: new Date() })
    const signed = parsed.ok && verifySignature(parsed.value, keys.secretAccessKey).ok
    response.writeHead(!signed || forbidden.includes(method) ? 403 : method === 'DELETE' ? 204 : 200).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))
beforeEach(() => {
  seen = []
  forbidden = []
})

async function tried(secretAccessKey = keys.secretAccessKey, at = endpoint): Promise<readonly Finding[]> {
  const warehouse = testWarehouse({ mode: 'remote-signing' }, { bucket: 'lake', endpoint: at }, null)
  const { store } = warehouse
  if (store === null) throw new Error('no store')
  const deps = { warehouse, store, keys: { ...keys, secretAccessKey }, guard: loopbackEndpoints() }
  return signedRequestsWork(deps, 's3://lake/a b/', 's3://lake/b/', AbortSignal.timeout(20_000))
}

describe('signedRequestsWork', () => {
  it('signedRequestsWork sends signed requests to the object store, which must accept them, and signs no request for another location', async () => {
    expect(await tried()).toMatchObject([
      { name: 'sign', ok: true },
      { name: 'outside', ok: true },
    ])
    expect(seen).toEqual(['PUT', 'GET', 'DELETE'].map((method) => `${method} /lake/a%20b/object`))
  })

  it('signedRequestsWork returns a finding that names the refused request and the status of the response', async () => {
    forbidden = ['DELETE']
    const [finding, ...more] = await tried()
    expect(more).toEqual([])
    expect(finding).toMatchObject({ name: 'sign', ok: false })
    expect(finding?.message).toMatch(/deleting failed\. The store responded 403/)
    expect((await tried('another-secret'))[0]?.message).toMatch(/writing failed\. The store responded 403/)
    expect((await tried(keys.secretAccessKey, 'http://127.0.0.1:1'))[0]?.message).toMatch(/did not respond/)
  })
})
