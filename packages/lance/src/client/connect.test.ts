import { AuthRegistry, type AuthProvider } from '@headgate/auth'
import { expect, test } from 'vitest'
import type { ConnectOptions } from './connect.ts'
import { LanceNamespace } from './index.ts'
import { id, testNamespace } from '../../test/client/scripted-server.ts'

const uri = 'http://127.0.0.1:9'
const connected = (options: Partial<ConnectOptions> = {}) => LanceNamespace.connect({ uri, ...options })
const found = { answer: () => ({ json: {} }) }

test.each([
  ['', 'expected http'],
  ['lance.example.com', 'expected http'],
  ['ftp://lance.example.com', 'expected http'],
  ['https://lance.example.com?a=b', 'no query'],
  ['https://lance.example.com#a', 'no query'],
  ['https://ann:geheim@lance.example.com', 'no query, fragment, user or password; use auth'],
])('the uri %j is refused', async (bad, message) => {
  const error: unknown = await connected({ uri: bad }).catch((thrown: unknown) => thrown)
  expect(String(error)).toContain(message)
  expect(String(error)).not.toContain('geheim')
})

test('the uri may have a path, with a slash at its end or without', async () => {
  await using it = await testNamespace(found)
  for (const suffix of ['/lance', '/lance/']) {
    await using lance = await LanceNamespace.connect({ uri: it.url + suffix })
    await lance.describeTable({ id })
  }
  expect(new Set(it.targets())).toEqual(
    new Set(['POST /lance/v1/table/sales%24orders/describe?delimiter=%24']),
  )
})

test('another delimiter can be chosen for a namespace and for a call', async () => {
  await using it = await testNamespace({ ...found, delimiter: '|' })
  await it.lance.describeTable({ id: ['a$b', 't'] })
  await it.lance.describeTable({ id: ['a|b', 't'] }, { delimiter: '::' })
  await it.lance.dropNamespace({ id: ['a.b'] })
  await expect(it.lance.describeTable({ id: ['a|b', 't'] })).rejects.toThrow('Choose another delimiter')
  expect(it.targets()).toEqual([
    'POST /v1/table/a%24b%7Ct/describe?delimiter=%7C',
    'POST /v1/table/a%7Cb%3A%3At/describe?delimiter=%3A%3A',
    'POST /v1/namespace/a.b/drop?delimiter=%7C',
  ])
  await using by = await testNamespace({ ...found, properties: { delimiter: '.' } })
  await by.lance.describeTable({ id })
  expect(by.targets()).toEqual(['POST /v1/table/sales.orders/describe?delimiter=.'])
  await expect(connected({ delimiter: '' })).rejects.toThrow('Invalid delimiter')
})

test('what a URL cannot carry is refused before anything is sent', async () => {
  await using it = await testNamespace({ ...found, delimiter: '.' })
  for (const names of [['..'], [], [''], ['\ud800']])
    await expect(it.lance.describeNamespace({ id: names })).rejects.toMatchObject({ code: 'bad-request' })
  await expect(it.lance.dropTableIndex({ id, index_name: '.' })).rejects.toMatchObject({
    code: 'bad-request',
  })
  expect(it.seen).toEqual([])
})

test('the authentication is chosen by properties, and headers too', async () => {
  await using it = await testNamespace({
    ...found,
    headers: { 'X-Team': 'core' },
    properties: {
      'rest.auth.type': 'bearer',
      'rest.auth.bearer.token': 'geheim',
      'header.x-tenant': 't1',
      'headers.x-zone': 'z1',
    },
  })
  await it.lance.describeTable({ id })
  expect(it.seen[0]?.headers).toMatchObject({
    authorization: 'Bearer geheim',
    'x-team': 'core',
    'x-tenant': 't1',
    'x-zone': 'z1',
  })
})

test.each<[string, Partial<ConnectOptions>, string]>([
  ['a type that nobody knows', { properties: { 'rest.auth.type': 'acme' } }, 'no provider "acme"'],
  [
    'a property without its type',
    { properties: { 'rest.auth.bearer.token': 't' } },
    'rest.auth.type is not set',
  ],
  ['a missing property', { properties: { 'rest.auth.type': 'bearer' } }, 'rest.auth.bearer'],
  [
    'a header that the provider writes',
    {
      properties: {
        'rest.auth.type': 'basic',
        'rest.auth.basic.username': 'a',
        'rest.auth.basic.password': 'b',
      },
      headers: { Authorization: 'x' },
    },
    'authorization is set, which the authentication writes itself',
  ],
  [
    'the same beside a provider that is given',
    { auth: { authenticate: (request) => Promise.resolve(request) }, headers: { Authorization: 'x' } },
    'authorization is set',
  ],
  [
    'a provider twice',
    {
      auth: { authenticate: (request) => Promise.resolve(request) },
      properties: { 'rest.auth.type': 'none' },
    },
    'Both auth and rest.auth.type are set',
  ],
  ['what fetch cannot do', { properties: { 'tls.cert_file': '/a' } }, 'tls.cert_file cannot be honoured'],
  ['a header name that is none', { headers: { 'a b': 'x' } }, 'Invalid header name "a b"'],
])('%s is refused', async (_, options, message) => {
  await expect(connected(options)).rejects.toThrow(message)
})

test('a provider of somebody else is found by its name, initialized, and closed with the namespace', async () => {
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
    await using it = await testNamespace({ ...found, registry, properties })
    await it.lance.describeTable({ id })
    expect(it.seen[0]?.headers['x-acme']).toBe('yes')
  }
  expect(events).toEqual(['initialize k', 'close'])
})

test('a provider that is given is initialized, and stays open', async () => {
  const events: string[] = []
  const auth: AuthProvider = {
    initialize: () => Promise.resolve(void events.push('initialize')),
    authenticate: (request) => Promise.resolve(request),
    [Symbol.asyncDispose]: () => Promise.resolve(void events.push('close')),
  }
  const lance = await connected({ auth })
  await lance[Symbol.asyncDispose]()
  expect(events).toEqual(['initialize'])
})

test('a provider sees the request as it goes out, with a body or without', async () => {
  const bodies: unknown[] = []
  const auth: AuthProvider = {
    authenticate: (request) => {
      bodies.push([request.url, request.body instanceof Uint8Array ? request.body.length : request.body])
      return Promise.resolve(request)
    },
  }
  await using it = await testNamespace({ ...found, auth })
  await it.lance.dropTable({ id: ["it's"] })
  await it.lance.describeTable({ id: ['t'] })
  expect(bodies).toEqual([
    [`${it.url}/v1/table/it%27s/drop?delimiter=%24`, null],
    [`${it.url}/v1/table/t/describe?delimiter=%24`, 12],
  ])
})
