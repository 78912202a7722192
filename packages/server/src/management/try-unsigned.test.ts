import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Finding } from '../catalog/finding.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import { testWarehouse } from '../../test/credentials/vendors/requests.ts'
import { loopbackEndpoints } from '../../../storage/test/endpoints.ts'
import { unsignedIsRefused } from './try-unsigned.ts'

const keys = { accessKeyId: 'AKWAREHOUSE', secretAccessKey: 'warehouse-secret' }

/** Object store that answers writes with `status`, or does not answer when `status` is null. */
let server: Server
let status: number | null
let seen: string[]
let deleted: string[]
beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(`${request.method} ${decodeURIComponent(request.url ?? '')}`)
    expect(request.headers.authorization).toBeUndefined()
    if (status === null) request.socket.destroy()
    else response.writeHead(status).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => new Promise((resolve) => server.close(resolve)))
beforeEach(() => {
  seen = []
  deleted = []
})

function tried(response: number | null, at?: string): Promise<Finding[]> {
  status = response
  const endpoint = at ?? `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const made = testWarehouse({ mode: 'sts' }, { bucket: 'lake', endpoint }, keys)
  const { store } = made
  if (store === null) throw new Error('no store')
  const storage = { delete: (location: string) => Promise.resolve(void deleted.push(location)) }
  const warehouse = { ...made, storage } as unknown as Warehouse
  return unsignedIsRefused(
    { warehouse, store, keys, guard: loopbackEndpoints() },
    's3://lake/probe/',
    AbortSignal.timeout(20_000),
  )
}

describe('unsignedIsRefused', () => {
  it('unsignedIsRefused reports success when the store refuses the unsigned write', async () => {
    expect(await tried(403)).toMatchObject([{ name: 'unsigned', ok: true }])
    expect(seen).toHaveLength(1)
    expect(seen[0]).toMatch(
      /^PUT \/lake\/probe\/unsigned\?X-Amz-Credential=AKWAREHOUSE\/\d{8}\/us-east-1\/s3\/aws4_request$/,
    )
    expect(deleted).toEqual([])
  })

  it('unsignedIsRefused reports a failure with an instruction when the store accepts the unsigned write, and deletes the object', async () => {
    const [finding, ...more] = await tried(200)
    expect(more).toEqual([])
    expect(finding).toMatchObject({ name: 'unsigned', ok: false })
    expect(finding?.message).toMatch(/CVE-2026-41145.*gateway/)
    expect(deleted).toEqual(['s3://lake/probe/unsigned'])
  })

  it('unsignedIsRefused returns no finding if the store does not respond, and sends no request to AWS', async () => {
    expect(await tried(null)).toEqual([])
    expect(deleted).toEqual(['s3://lake/probe/unsigned'])
    expect(await tried(200, 'https://s3.us-east-1.amazonaws.com')).toEqual([])
    expect(seen).toHaveLength(1)
  })
})
