import { expect, test } from 'vitest'
import { loaded, orders, problem, testCatalog } from '../catalog.test-support.ts'
import { bearerAuth, type AuthProvider, type WireRequest } from '../index.ts'
import type { Reply, Seen } from '../scripted-server.test-support.ts'

const refuse = (good: string) => {
  return ({ headers }: Seen): Reply =>
    headers['authorization'] === good ? { json: loaded() } : problem(401, 'NotAuthorizedException')
}

test('a provider sees the request exactly as it goes out, and what it returns is sent', async () => {
  const requests: WireRequest[] = []
  const auth: AuthProvider = {
    authenticate: (request) => {
      requests.push(request)
      return Promise.resolve({ ...request, headers: { ...request.headers, 'x-signature': 'yes' } })
    },
  }
  await using it = await testCatalog({ auth, warehouse: "it's", answer: () => ({ json: loaded() }) })
  await it.catalog.loadTable({ namespace: ["it's", 'a b'], name: 'ü' })
  await it.catalog.registerTable(orders, { metadataLocation: 's3://ä' })
  const [config, load, register] = requests
  expect(config).toMatchObject({ method: 'GET', url: `${it.url}/v1/config?warehouse=it%27s`, body: null })
  expect(load?.url).toBe(it.url + it.seen[0]?.target)
  expect(register?.method).toBe('POST')
  expect(new TextDecoder().decode(register?.body ?? undefined)).toBe(
    '{"name":"orders","metadata-location":"s3://ä"}',
  )
  for (const name of ['content-type', 'idempotency-key', 'x-iceberg-access-delegation', 'accept'])
    expect(it.seen[1]?.headers[name]).toBe(register?.headers[name])
  expect(it.seen[1]?.headers['x-signature']).toBe('yes')
})

test('a provider may ask for one more attempt, and only for a refusal', async () => {
  for (const status of [200, 401, 403, 500]) {
    let asked = 0
    const auth: AuthProvider = {
      authenticate: (request) => Promise.resolve(request),
      onResponse: (response) => {
        if (response.status === status) asked++
        return 'retry'
      },
    }
    const reply = status === 200 ? { status, json: loaded() } : problem(status, 'X')
    await using it = await testCatalog({ auth, maxRetries: 0, answer: () => reply })
    asked = 0
    await it.catalog.loadTable(orders).catch(() => undefined)
    expect([status, it.seen.length, asked]).toEqual([
      status,
      ...(status === 401 || status === 403 ? [2, 2] : [1, 1]),
    ])
  }
})

test('a token that is refused is renewed once', async () => {
  let token = 'old'
  const asked: boolean[] = []
  const auth = bearerAuth(({ renew }) => {
    asked.push(renew)
    if (renew) token = 'new'
    return token
  })
  await using it = await testCatalog({ auth, answer: refuse('Bearer new') })
  await it.catalog.loadTable(orders)
  expect(it.seen.map(({ headers }) => headers['authorization'])).toEqual(['Bearer old', 'Bearer new'])
  expect(asked.filter(Boolean).length).toBe(1)
})

test('a token that cannot be renewed, or is refused again, is an error', async () => {
  for (const source of [
    'static',
    () => 'same',
    ({ renew }: { renew: boolean }) => (renew ? 'worse' : 'bad'),
  ]) {
    await using it = await testCatalog({ auth: bearerAuth(source), answer: refuse('Bearer good') })
    await expect(it.catalog.loadTable(orders)).rejects.toMatchObject({ status: 401 })
    expect(it.seen.length).toBeLessThanOrEqual(2)
  }
})

test('many refusals at once ask for one new token', async () => {
  let renewals = 0
  let token = 'old'
  const auth = bearerAuth(async ({ renew }) => {
    if (!renew) return token
    renewals++
    await new Promise((resolve) => setTimeout(resolve, 20))
    token = 'new'
    return token
  })
  await using it = await testCatalog({ auth, answer: refuse('Bearer new') })
  await Promise.all(Array.from({ length: 20 }, () => it.catalog.loadTable(orders)))
  expect(renewals).toBe(1)
})

test('what is no token is refused without being shown', async () => {
  for (const token of ['', 'geheim\r\nx: y', 'ge heim']) {
    const error = await testCatalog({ auth: bearerAuth(token), answer: () => ({}) }).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'bad-request' })
    expect(String(error)).not.toContain('heim')
  }
})

test('disposing of the catalog disposes of its provider', async () => {
  let disposed = 0
  const auth: AuthProvider = {
    authenticate: (request) => Promise.resolve(request),
    [Symbol.asyncDispose]: () => Promise.resolve(void disposed++),
  }
  await using it = await testCatalog({ auth, answer: () => ({}) })
  await it.catalog[Symbol.asyncDispose]()
  expect(disposed).toBe(1)
})
