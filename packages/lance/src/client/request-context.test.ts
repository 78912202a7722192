import { expect, test } from 'vitest'
import { id, testNamespace } from '../../test/client/scripted-server.ts'

test('an identity travels in headers, and never in the body', async () => {
  await using it = await testNamespace({ answer: () => ({ json: {} }) })
  const identity = { api_key: 'AK', auth_token: 'AT' }
  await it.lance.describeTable({ id, identity })
  await it.lance
    .listTables({ id: ['a'], identity })
    .pages()
    .next()
    .catch(() => undefined)
  expect(it.seen.map(({ headers }) => [headers['x-api-key'], headers['authorization']])).toEqual([
    ['AK', 'Bearer AT'],
    ['AK', 'Bearer AT'],
  ])
  expect(it.seen[0]?.json).toEqual({ id })
})

test('entries of a context that name headers become headers, the others stay in the body', async () => {
  await using it = await testNamespace({ answer: () => ({ json: {} }), headers: { 'x-trace': 'base' } })
  await it.lance.describeTable({
    id,
    context: { 'header.X-Trace': 'abc', 'headers.x-zone': 'z', tenant: 't' },
  })
  expect(it.seen[0]?.headers).toMatchObject({ 'x-trace': 'abc', 'x-zone': 'z' })
  expect(it.seen[0]?.json).toEqual({ id, context: { tenant: 't' } })
})

test('an identity of a request is never replaced by that of the namespace', async () => {
  const bearer = { 'rest.auth.type': 'bearer', 'rest.auth.bearer.token': 'service' }
  await using it = await testNamespace({ answer: () => ({ json: {} }), properties: bearer })
  const alice = it.lance.describeTable({ id, identity: { auth_token: 'alice' } })
  await expect(alice).rejects.toThrow(
    'The request sets the header authorization, which the authentication of this namespace overwrites',
  )
  expect(it.seen).toEqual([])
  await it.lance.describeTable({ id, identity: { api_key: 'AK' } })
  expect(it.seen[0]?.headers).toMatchObject({ authorization: 'Bearer service', 'x-api-key': 'AK' })
})

test('a signature goes on top of the identity of a request', async () => {
  const sigv4 = {
    'rest.auth.type': 'sigv4',
    'rest.auth.sigv4.region': 'eu-central-1',
    'rest.auth.sigv4.access-key-id': 'AKID',
    'rest.auth.sigv4.secret-access-key': 'secret',
  }
  await using it = await testNamespace({ answer: () => ({ json: {} }), properties: sigv4 })
  await it.lance.describeTable({ id, identity: { auth_token: 'alice' } })
  const { authorization, 'original-authorization': original } = it.seen[0]?.headers ?? {}
  expect(original).toBe('Bearer alice')
  expect(authorization).toContain('SignedHeaders=accept;content-type;host;original-authorization;')
})

test.each([
  [{ 'header.a b': 'x' }, 'Invalid header name "a b"'],
  [{ 'header.x-a': 'geheim\r\nx-b: 1' }, 'Invalid value of header x-a'],
])('%j is refused before anything is sent, without its value', async (context, message) => {
  await using it = await testNamespace({ answer: () => ({ json: {} }) })
  const error: unknown = await it.lance.describeTable({ id, context }).catch((thrown: unknown) => thrown)
  expect(String(error)).toContain(message)
  expect(String(error)).not.toContain('geheim')
  expect(it.seen).toEqual([])
})
