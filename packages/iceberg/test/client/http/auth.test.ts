import { AuthError, type AuthProvider } from '@headgate/auth'
import { expect, test } from 'vitest'
import { type HttpRequest, headerValue } from '@headgate/http'
import { loadBody, orders, errorResponse, testCatalog } from '../catalog.ts'

test('an auth provider receives the exact request, and the client sends the request that the provider returns', async () => {
  const requests: HttpRequest[] = []
  const auth: AuthProvider = {
    authenticate: (request) => {
      requests.push(request)
      return Promise.resolve({ ...request, headers: [...request.headers, ['x-signature', 'yes']] })
    },
  }
  await using it = await testCatalog({ auth, warehouse: "it's", respond: () => ({ json: loadBody() }) })
  await it.catalog.loadTable({ namespace: ["it's", 'a b'], name: 'ü' })
  await it.catalog.registerTable(orders, { metadataLocation: 's3://ä' })
  const [config, load, register] = requests
  expect(config).toMatchObject({ method: 'GET', url: `${it.url}/v1/config?warehouse=it%27s`, body: null })
  expect(load?.url).toBe(it.url + it.requests[0]?.target)
  expect(register?.method).toBe('POST')
  const body = register?.body instanceof Uint8Array ? register.body : undefined
  expect(new TextDecoder().decode(body)).toBe('{"name":"orders","metadata-location":"s3://ä"}')
  for (const name of ['content-type', 'idempotency-key', 'x-iceberg-access-delegation', 'accept'])
    expect(it.requests[1]?.headers[name]).toBe(headerValue(register?.headers ?? [], name))
  expect(it.requests[1]?.headers['x-signature']).toBe('yes')
})

test('an auth provider can request one more attempt, but not a second one', async () => {
  const statuses: number[] = []
  const auth: AuthProvider = {
    authenticate: (request) => Promise.resolve(request),
    onResponse: ({ status }) => {
      statuses.push(status)
      return status === 401 ? 'retry' : undefined
    },
  }
  await using it = await testCatalog({ auth, respond: () => errorResponse(401, 'NotAuthorizedException') })
  await expect(it.catalog.loadTable(orders)).rejects.toMatchObject({ status: 401 })
  expect(it.requests.length).toBe(2)
  expect(statuses).toEqual([200, 401])
})

test('each attempt is authenticated separately, with the same idempotency key', async () => {
  let count = 0
  const auth: AuthProvider = {
    authenticate: (request) =>
      Promise.resolve({ ...request, headers: [...request.headers, ['x-count', String(count++)]] }),
  }
  await using it = await testCatalog({
    auth,
    respond: () => (count < 4 ? errorResponse(503, 'SlowDownException') : { json: loadBody() }),
  })
  await it.catalog.commitTable(orders, { requirements: [], updates: [] })
  expect(it.requests.map(({ headers }) => headers['x-count'])).toEqual(['1', '2', '3'])
  expect(new Set(it.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1)
})

test('a request is not sent if the auth provider throws, and the caller receives this error', async () => {
  let broken = false
  const auth: AuthProvider = {
    authenticate: (request) =>
      broken ? Promise.reject(new AuthError('unavailable', 'no token')) : Promise.resolve(request),
  }
  await using it = await testCatalog({ auth, respond: () => ({ json: loadBody() }) })
  broken = true
  await expect(it.catalog.loadTable(orders)).rejects.toThrow('no token')
  expect(it.requests).toEqual([])
})
