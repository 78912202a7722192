import { expect, test } from 'vitest'
import { id, testNamespace } from '../../test/client/scripted-server.ts'

test('the client sends the identity of a request in headers, and not in the body', async () => {
  await using fixture = await testNamespace({ respond: () => ({ json: {} }) })
  const identity = { api_key: 'AK', auth_token: 'AT' }
  await fixture.lance.describeTable({ id, identity })
  await fixture.lance
    .listTables({ id: ['a'], identity })
    .pages()
    .next()
    .catch(() => undefined)
  expect(fixture.requests.map(({ headers }) => [headers['x-api-key'], headers['authorization']])).toEqual([
    ['AK', 'Bearer AT'],
    ['AK', 'Bearer AT'],
  ])
  expect(fixture.requests[0]?.json).toEqual({ id })
})

test('the client sends header entries of the context as headers, and other entries in the body', async () => {
  await using fixture = await testNamespace({ respond: () => ({ json: {} }), headers: { 'x-trace': 'base' } })
  await fixture.lance.describeTable({
    id,
    context: { 'header.X-Trace': 'abc', 'headers.x-zone': 'z', tenant: 't' },
  })
  expect(fixture.requests[0]?.headers).toMatchObject({ 'x-trace': 'abc', 'x-zone': 'z' })
  expect(fixture.requests[0]?.json).toEqual({ id, context: { tenant: 't' } })
})

test('the authentication of the namespace does not replace the identity of a request', async () => {
  const bearer = { 'rest.auth.type': 'bearer', 'rest.auth.bearer.token': 'service' }
  await using fixture = await testNamespace({ respond: () => ({ json: {} }), properties: bearer })
  const alice = fixture.lance.describeTable({ id, identity: { auth_token: 'alice' } })
  await expect(alice).rejects.toThrow(
    'The request sets the header authorization, which the authentication of this namespace overwrites',
  )
  expect(fixture.requests).toEqual([])
  await fixture.lance.describeTable({ id, identity: { api_key: 'AK' } })
  expect(fixture.requests[0]?.headers).toMatchObject({ authorization: 'Bearer service', 'x-api-key': 'AK' })
})

test('a signature covers the identity of a request', async () => {
  const sigv4 = {
    'rest.auth.type': 'sigv4',
    'rest.auth.sigv4.region': 'eu-central-1',
    'rest.auth.sigv4.access-key-id': 'AKID',
    'rest.auth.sigv4.secret-access-key': 'secret',
  }
  await using fixture = await testNamespace({ respond: () => ({ json: {} }), properties: sigv4 })
  await fixture.lance.describeTable({ id, identity: { auth_token: 'alice' } })
  const { authorization, 'original-authorization': original } = fixture.requests[0]?.headers ?? {}
  expect(original).toBe('Bearer alice')
  expect(authorization).toContain('SignedHeaders=accept;content-type;host;original-authorization;')
})

test.each([
  [{ 'header.a b': 'x' }, 'Invalid header name "a b"'],
  [{ 'header.x-a': 's3cret\r\nx-b: 1' }, 'Invalid value of header x-a'],
])(
  'the client refuses the context %j before it sends a request, and does not include the value in the error',
  async (context, message) => {
    await using fixture = await testNamespace({ respond: () => ({ json: {} }) })
    const error: unknown = await fixture.lance
      .describeTable({ id, context })
      .catch((thrown: unknown) => thrown)
    expect(String(error)).toContain(message)
    expect(String(error)).not.toContain('s3cret')
    expect(fixture.requests).toEqual([])
  },
)
