import { AuthRegistry, type AuthProvider } from '@headgate/auth'
import { expect, test } from 'vitest'
import type { ConnectOptions } from './connect.ts'
import { LanceNamespace } from './index.ts'
import { id, testNamespace } from '../../test/client/scripted-server.ts'

const uri = 'http://127.0.0.1:9'
const connect = (options: Partial<ConnectOptions> = {}) => LanceNamespace.connect({ uri, ...options })
const success = { respond: () => ({ json: {} }) }

test.each([
  ['', 'it must be an http'],
  ['lance.example.com', 'it must be an http'],
  ['ftp://lance.example.com', 'it must be an http'],
  ['https://lance.example.com?a=b', 'no query'],
  ['https://lance.example.com#a', 'no query'],
  [
    'https://ann:s3cret@lance.example.com',
    'no query, fragment, user or password; set credentials with the option auth',
  ],
])('the Lance client refuses the uri %j', async (bad, message) => {
  const error: unknown = await connect({ uri: bad }).catch((thrown: unknown) => thrown)
  expect(String(error)).toContain(message)
  expect(String(error)).not.toContain('s3cret')
})

test('the uri of the Lance client may have a path, with or without a slash at its end', async () => {
  await using fixture = await testNamespace(success)
  for (const suffix of ['/lance', '/lance/']) {
    await using lance = await LanceNamespace.connect({ uri: fixture.url + suffix })
    await lance.describeTable({ id })
  }
  expect(new Set(fixture.targets())).toEqual(
    new Set(['POST /lance/v1/table/sales%24orders/describe?delimiter=%24']),
  )
})

test('the delimiter of Lance identifiers can be set for a namespace and for a call', async () => {
  await using fixture = await testNamespace({ ...success, delimiter: '|' })
  await fixture.lance.describeTable({ id: ['a$b', 't'] })
  await fixture.lance.describeTable({ id: ['a|b', 't'] }, { delimiter: '::' })
  await fixture.lance.dropNamespace({ id: ['a.b'] })
  await expect(fixture.lance.describeTable({ id: ['a|b', 't'] })).rejects.toThrow('Choose another delimiter')
  expect(fixture.targets()).toEqual([
    'POST /v1/table/a%24b%7Ct/describe?delimiter=%7C',
    'POST /v1/table/a%7Cb%3A%3At/describe?delimiter=%3A%3A',
    'POST /v1/namespace/a.b/drop?delimiter=%7C',
  ])
  await using other = await testNamespace({ ...success, properties: { delimiter: '.' } })
  await other.lance.describeTable({ id })
  expect(other.targets()).toEqual(['POST /v1/table/sales.orders/describe?delimiter=.'])
  await expect(connect({ delimiter: '' })).rejects.toThrow('Invalid delimiter')
})

test('the Lance client refuses names that a URL cannot contain before it sends a request', async () => {
  await using fixture = await testNamespace({ ...success, delimiter: '.' })
  for (const names of [['..'], [], [''], ['\ud800']])
    await expect(fixture.lance.describeNamespace({ id: names })).rejects.toMatchObject({
      code: 'bad-request',
    })
  await expect(fixture.lance.dropTableIndex({ id, index_name: '.' })).rejects.toMatchObject({
    code: 'bad-request',
  })
  expect(fixture.requests).toEqual([])
})

test('properties of the Lance client select the authentication and set headers', async () => {
  await using fixture = await testNamespace({
    ...success,
    headers: { 'X-Team': 'core' },
    properties: {
      'rest.auth.type': 'bearer',
      'rest.auth.bearer.token': 's3cret',
      'header.x-tenant': 't1',
      'headers.x-zone': 'z1',
    },
  })
  await fixture.lance.describeTable({ id })
  expect(fixture.requests[0]?.headers).toMatchObject({
    authorization: 'Bearer s3cret',
    'x-team': 'core',
    'x-tenant': 't1',
    'x-zone': 'z1',
  })
})

test.each<[string, Partial<ConnectOptions>, string]>([
  [
    'an unknown type of authentication',
    { properties: { 'rest.auth.type': 'acme' } },
    'unknown provider "acme"',
  ],
  [
    'a property without a type of authentication',
    { properties: { 'rest.auth.bearer.token': 't' } },
    'rest.auth.type is not set',
  ],
  ['a missing property', { properties: { 'rest.auth.type': 'bearer' } }, 'rest.auth.bearer'],
  [
    'a header that the provider sets',
    {
      properties: {
        'rest.auth.type': 'basic',
        'rest.auth.basic.username': 'a',
        'rest.auth.basic.password': 'b',
      },
      headers: { Authorization: 'x' },
    },
    'authorization is configured, but the authentication provider also sets it',
  ],
  [
    'a header that the provider of the caller sets',
    { auth: { authenticate: (request) => Promise.resolve(request) }, headers: { Authorization: 'x' } },
    'authorization is configured',
  ],
  [
    'two providers',
    {
      auth: { authenticate: (request) => Promise.resolve(request) },
      properties: { 'rest.auth.type': 'none' },
    },
    'Both auth and rest.auth.type are set',
  ],
  [
    'a property that fetch cannot apply',
    { properties: { 'tls.cert_file': '/a' } },
    'tls.cert_file cannot be applied',
  ],
  ['an invalid header name', { headers: { 'a b': 'x' } }, 'Invalid header name "a b"'],
])('connect refuses %s', async (_, options, message) => {
  await expect(connect(options)).rejects.toThrow(message)
})

test('an auth provider of another package is found by its name, initialized, and closed with the namespace', async () => {
  const events: string[] = []
  const registry = new AuthRegistry()
  registry.register('acme', (properties) => ({
    initialize: () => Promise.resolve(void events.push(`initialize ${properties['key']}`)),
    authenticate: (request) =>
      Promise.resolve({ ...request, headers: [...request.headers, ['x-acme', 'yes']] }),
    [Symbol.asyncDispose]: () => Promise.resolve(void events.push('close')),
  }))
  const properties = { 'rest.auth.type': 'acme', 'rest.auth.acme.key': 'k' }
  {
    await using fixture = await testNamespace({ ...success, registry, properties })
    await fixture.lance.describeTable({ id })
    expect(fixture.requests[0]?.headers['x-acme']).toBe('yes')
  }
  expect(events).toEqual(['initialize k', 'close'])
})

test('an auth provider that the caller passes is initialized, and stays open when the namespace is closed', async () => {
  const events: string[] = []
  const auth: AuthProvider = {
    initialize: () => Promise.resolve(void events.push('initialize')),
    authenticate: (request) => Promise.resolve(request),
    [Symbol.asyncDispose]: () => Promise.resolve(void events.push('close')),
  }
  const lance = await connect({ auth })
  await lance[Symbol.asyncDispose]()
  expect(events).toEqual(['initialize'])
})

test('an auth provider receives the request exactly as it is sent, with or without a body', async () => {
  const bodies: unknown[] = []
  const auth: AuthProvider = {
    authenticate: (request) => {
      bodies.push([request.url, request.body instanceof Uint8Array ? request.body.length : request.body])
      return Promise.resolve(request)
    },
  }
  await using fixture = await testNamespace({ ...success, auth })
  await fixture.lance.dropTable({ id: ["it's"] })
  await fixture.lance.describeTable({ id: ['t'] })
  expect(bodies).toEqual([
    [`${fixture.url}/v1/table/it%27s/drop?delimiter=%24`, null],
    [`${fixture.url}/v1/table/t/describe?delimiter=%24`, 12],
  ])
})
