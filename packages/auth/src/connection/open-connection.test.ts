import { expect, test } from 'vitest'
import type { AuthProvider } from '../auth-provider.ts'
import { openConnection, type ConnectionOptions } from './open-connection.ts'

const uri = 'https://lake.example.com'
const auth: AuthProvider = { authenticate: (request) => Promise.resolve(request) }
const open = (options: ConnectionOptions) => openConnection(options, /^tls\./)

test('openConnection returns the URL without a slash, the headers in lower case, and default limits', async () => {
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
  ['no uri', {}, 'Invalid uri: it must be an http'],
  [
    'a password in the uri',
    { uri: 'https://ann:geheim@lake.example.com' },
    'no query, fragment, user or password',
  ],
  ['an empty query', { uri: 'https://lake.example.com/geheim?' }, 'no query, fragment, user or password'],
  ['an empty fragment', { uri: 'https://lake.example.com/geheim#' }, 'no query, fragment, user or password'],
  [
    'a property that fetch cannot apply',
    { uri, properties: { 'tls.ca': 'a' } },
    'tls.ca cannot be applied by fetch',
  ],
  ['an invalid header name', { uri, headers: { 'a b': 'x' } }, 'Invalid header name "a b"'],
  ['an invalid header value', { uri, headers: { a: 'geheim\n' } }, 'Invalid value of header a'],
  [
    'two providers',
    { uri, auth, properties: { 'rest.auth.type': 'none' } },
    'Both auth and rest.auth.type are set',
  ],
  [
    'a header of the provider',
    { uri, auth, headers: { Authorization: 'x' } },
    'The header authorization is configured',
  ],
])('openConnection refuses %s, and the error contains no secret', async (_, options, message) => {
  const error: unknown = await open(options).catch((thrown: unknown) => thrown)
  expect(String(error)).toContain(message)
  expect(String(error)).not.toContain('geheim')
})

test('openConnection replaces a header from the properties with the header of the same name in the option headers', async () => {
  const { http } = await open({ uri, headers: { 'x-a': '2' }, properties: { 'header.X-A': '1' } })
  expect(http.headers).toEqual([['x-a', '2']])
})

test('openConnection initializes an auth provider that the caller passes, and does not close it', async () => {
  const events: string[] = []
  const provider: AuthProvider = {
    ...auth,
    initialize: () => Promise.resolve(void events.push('initialize')),
    [Symbol.asyncDispose]: () => Promise.resolve(void events.push('close')),
  }
  const { close, http } = await open({ uri, auth: provider })
  await close()
  expect([http.auth, events]).toEqual([provider, ['initialize']])
})
