import { AuthError, type AuthProvider } from '@headgate/auth'
import { expect, test } from 'vitest'
import { type HttpRequest, headerValue } from '@headgate/http'
import { loaded, orders, problem, testCatalog } from '../catalog.ts'

test('a provider sees the request exactly as it goes out, and what it returns is sent', async () => {
  const requests: HttpRequest[] = []
  const auth: AuthProvider = {
    authenticate: (request) => {
      requests.push(request)
      return Promise.resolve({ ...request, headers: [...request.headers, ['x-signature', 'yes']] })
    },
  }
  await using it = await testCatalog({ auth, warehouse: "it's", answer: () => ({ json: loaded() }) })
  await it.catalog.loadTable({ namespace: ["it's", 'a b'], name: 'ü' })
  await it.catalog.registerTable(orders, { metadataLocation: 's3://ä' })
  const [config, load, register] = requests
  expect(config).toMatchObject({ method: 'GET', url: `${it.url}/v1/config?warehouse=it%27s`, body: null })
  expect(load?.url).toBe(it.url + it.seen[0]?.target)
  expect(register?.method).toBe('POST')
  const body = register?.body instanceof Uint8Array ? register.body : undefined
  expect(new TextDecoder().decode(body)).toBe('{"name":"orders","metadata-location":"s3://ä"}')
  for (const name of ['content-type', 'idempotency-key', 'x-iceberg-access-delegation', 'accept'])
    expect(it.seen[1]?.headers[name]).toBe(headerValue(register?.headers ?? [], name))
  expect(it.seen[1]?.headers['x-signature']).toBe('yes')
})

test('a provider may ask for one more attempt, and no more than that', async () => {
  const seenBy: number[] = []
  const auth: AuthProvider = {
    authenticate: (request) => Promise.resolve(request),
    onResponse: ({ status }) => {
      seenBy.push(status)
      return status === 401 ? 'retry' : undefined
    },
  }
  await using it = await testCatalog({ auth, answer: () => problem(401, 'NotAuthorizedException') })
  await expect(it.catalog.loadTable(orders)).rejects.toMatchObject({ status: 401 })
  expect(it.seen.length).toBe(2)
  expect(seenBy).toEqual([200, 401])
})

test('each attempt is authenticated anew, with the same idempotency key', async () => {
  let count = 0
  const auth: AuthProvider = {
    authenticate: (request) =>
      Promise.resolve({ ...request, headers: [...request.headers, ['x-count', String(count++)]] }),
  }
  await using it = await testCatalog({
    auth,
    answer: () => (count < 4 ? problem(503, 'SlowDownException') : { json: loaded() }),
  })
  await it.catalog.commitTable(orders, { requirements: [], updates: [] })
  expect(it.seen.map(({ headers }) => headers['x-count'])).toEqual(['1', '2', '3'])
  expect(new Set(it.seen.map(({ headers }) => headers['idempotency-key'])).size).toBe(1)
})

test('a request that cannot be authenticated is not sent, and the error is that of the provider', async () => {
  let broken = false
  const auth: AuthProvider = {
    authenticate: (request) =>
      broken ? Promise.reject(new AuthError('unavailable', 'no token')) : Promise.resolve(request),
  }
  await using it = await testCatalog({ auth, answer: () => ({ json: loaded() }) })
  broken = true
  await expect(it.catalog.loadTable(orders)).rejects.toThrow('no token')
  expect(it.seen).toEqual([])
})
