import { expect, test } from 'vitest'
import type { AuthProvider } from '../auth-provider.ts'
import { openConnection, type ConnectionOptions } from './open-connection.ts'

const uri = 'https://lake.example.com'
const auth: AuthProvider = { authenticate: (request) => Promise.resolve(request) }
const open = (options: ConnectionOptions) => openConnection(options, /^tls\./)

test('a client has its URL without a slash, its headers in lower case, and limits', async () => {
  const properties = { 'header.X-Tenant': 't1', 'rest.auth.type': 'none' }
  const { uri, http } = await open({
    uri: `HTTPS://Lake.example.com/a//`,
    headers: { 'X-Team': 'core' },
    properties,
  })
  expect(uri).toBe('https://lake.example.com/a')
  expect(http).toMatchObject({
    headers: [
      ['x-tenant', 't1'],
      ['x-team', 'core'],
    ],
    timeoutMs: 60_000,
    maxRetries: 5,
    maxResponseBytes: 268_435_456,
  })
})

test.each<[string, ConnectionOptions, string]>([
  ['no uri', {}, 'Invalid uri: expected http'],
  [
    'a password in the uri',
    { uri: 'https://ann:geheim@lake.example.com' },
    'no query, fragment, user or password',
  ],
  ['an empty query', { uri: 'https://lake.example.com/geheim?' }, 'no query, fragment, user or password'],
  ['an empty fragment', { uri: 'https://lake.example.com/geheim#' }, 'no query, fragment, user or password'],
  ['what fetch cannot do', { uri, properties: { 'tls.ca': 'a' } }, 'tls.ca cannot be honoured by fetch'],
  ['a header name that is none', { uri, headers: { 'a b': 'x' } }, 'Invalid header name "a b"'],
  ['a header value that is none', { uri, headers: { a: 'geheim\n' } }, 'Invalid value of header a'],
  [
    'two providers',
    { uri, auth, properties: { 'rest.auth.type': 'none' } },
    'Both auth and rest.auth.type are set',
  ],
  [
    'a header of the provider',
    { uri, auth, headers: { Authorization: 'x' } },
    'The header authorization is set',
  ],
])('%s is refused without a secret', async (_, options, message) => {
  const error: unknown = await open(options).catch((thrown: unknown) => thrown)
  expect(String(error)).toContain(message)
  expect(String(error)).not.toContain('geheim')
})

test('a header of its own takes the place of that of the properties', async () => {
  const { http } = await open({ uri, headers: { 'x-a': '2' }, properties: { 'header.X-A': '1' } })
  expect(http.headers).toEqual([['x-a', '2']])
})

test('a provider that is given is initialized, and stays open', async () => {
  const events: string[] = []
  const given: AuthProvider = {
    ...auth,
    initialize: () => Promise.resolve(void events.push('initialize')),
    [Symbol.asyncDispose]: () => Promise.resolve(void events.push('close')),
  }
  const { close, http } = await open({ uri, auth: given })
  await close()
  expect([http.auth, events]).toEqual([given, ['initialize']])
})
