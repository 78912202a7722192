import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { AuthProvider } from './auth-provider.ts'
import { isAuthError } from './auth-error.ts'
import { AuthRegistry } from './registry.ts'
import { aRequest, create, headerAfter, catchMessage } from '../test/context.ts'
import type { Properties } from './properties/auth-properties.ts'

const basic = { 'rest.auth.basic.username': 'u', 'rest.auth.basic.password': 'p' }

describe('AuthRegistry.create refuses contradictory and unused properties and names the change', () => {
  it.each<[Properties, string]>([
    [basic, 'rest.auth.basic.username is set, but rest.auth.type is not set: add rest.auth.type=basic'],
    [
      { ...basic, 'rest.auth.type': 'none' },
      'rest.auth.basic.username is set, but rest.auth.type is none, which does not use it: remove it, or set rest.auth.type=basic',
    ],
    [
      { 'rest.auth.type': 'none', token: 't' },
      'token is set, but rest.auth.type is none, which does not use it: remove it, or set rest.auth.type=bearer',
    ],
    [{ 'rest.auth.type': 'basc' }, 'unknown provider "basc". Did you mean basic?'],
    [{ 'rest.auth.type': 'kerberos' }, 'Use one of api-key, basic, bearer, command'],
    [
      { 'rest.auth.typ': 'basic' },
      'rest.auth.typ is unknown: names of properties are rest.auth.<type>.<name>',
    ],
    [
      { ...basic, 'rest.auth.type': 'basic', 'rest.auth.basic.pasword': 'p' },
      'rest.auth.basic.pasword is not a property of rest.auth.basic. Did you mean rest.auth.basic.password?',
    ],
    [
      { ...basic, 'rest.auth.type': 'basic', 'rest.auth.basic.realm': 'r' },
      'Remove it. Its properties are: username, password',
    ],
    [{ 'auth.oauth2.client_sceret': 'x' }, 'auth.oauth2.client_sceret is unknown'],
    [
      { ...basic, 'rest.auth.type': 'basic', 'rest.sigv4-enabled': 'true' },
      'rest.auth.type and rest.sigv4-enabled have different values: keep one of them',
    ],
    [{ 'rest.auth.type': 'none', 'rest.sigv4-enabled': 'yes' }, 'rest.sigv4-enabled must be true or false'],
    [
      { ...basic, 'rest.auth.type': 'basic', 'auth.basic.password': 'q' },
      'rest.auth.basic.password and auth.basic.password have different values: keep one of them',
    ],
    [
      { ...basic, 'rest.auth.type': 'basic', 'header.authorization': 'Bearer x' },
      'header.authorization and rest.auth.type=basic both set the same header: remove header.authorization, or set rest.auth.type=none',
    ],
    [
      { token: 't', 'headers.Authorization': 'Bearer x' },
      'headers.Authorization and rest.auth.type=bearer both set the same header',
    ],
  ])('%j', async (properties, message) => {
    const error = await create(properties).catch((error: unknown) => error)
    expect(isAuthError(error, 'configuration') ? error.message : error).toContain(message)
    expect(isAuthError(error) && error.property).toBeTruthy()
  })
})

it('AuthRegistry.create returns a provider that sends requests unchanged when no property selects a provider', async () => {
  const auth = await create({ uri: 'https://catalog.example.com', 'header.Authorization': 'Bearer x' })
  const request = aRequest()
  expect(await auth.authenticate(request)).toBe(request)
})

it('AuthRegistry.create accepts a property that is set in two spellings to the same value', async () => {
  await create({ ...basic, 'rest.auth.type': 'basic', 'auth.type': 'basic', 'auth.basic.password': 'p' })
})

it('AuthRegistry.create accepts the names that Iceberg uses for providers', async () => {
  for (const type of ['noop', 'org.apache.iceberg.rest.auth.NoopAuthManager'])
    await create({ 'auth.type': type })
  const auth = await create({ ...basic, 'rest.auth.type': 'org.apache.iceberg.rest.auth.BasicAuthManager' })
  expect(await headerAfter(auth, 'authorization')).toBe('Basic dTpw')
})

it('providers and errors do not show secrets', async () => {
  const registry = new AuthRegistry()
  const secret = { token: 'open-sesame' }
  expect(inspect(await registry.create(secret), { depth: 9, showHidden: true })).not.toContain('sesame')
  const wrong = { ...secret, 'rest.auth.type': 'none' }
  const error = await registry.create(wrong).catch((error: unknown) => error)
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('sesame')
})

describe('AuthRegistry with registered providers', () => {
  it('AuthRegistry passes the properties and the address of the catalog to a provider', async () => {
    const registry = new AuthRegistry()
    registry.register('acme', (properties, context) => ({
      authenticate: async (request) => ({
        ...request,
        headers: [...request.headers, ['X-Acme', `${properties['key']} ${context.uri}`]],
      }),
    }))
    expect(registry.names).toContain('acme')
    const properties = { 'rest.auth.type': 'acme', 'rest.auth.acme.key': 'k' }
    const auth = await registry.create(properties, { uri: 'https://catalog.example.com' })
    expect(await headerAfter(auth, 'x-acme')).toBe('k https://catalog.example.com')
  })

  it.each(['basic', 'gcp-iam', 'Acme', '', '-a', 'a.b'])(
    'AuthRegistry refuses the name %j for a provider',
    (name) => {
      const registry = new AuthRegistry()
      expect(() => registry.register(name, () => ({ authenticate: async (request) => request }))).toThrow()
    },
  )

  it('AuthRegistry initializes a wrapped provider before its wrapper, and closes it after its wrapper', async () => {
    const log: string[] = []
    const named = (name: string): AuthProvider => ({
      initialize: async () => void log.push(`initialize ${name}`),
      authenticate: async (request) => request,
      [Symbol.asyncDispose]: async () => void log.push(`close ${name}`),
    })
    const registry = new AuthRegistry()
    registry.register('inner', () => named('inner'))
    registry.register('outer', async (_, context) => {
      await context.create('inner')
      return named('outer')
    })
    const auth = await registry.create({ 'rest.auth.type': 'outer', 'rest.auth.inner.x': '1' })
    await auth[Symbol.asyncDispose]()
    expect(log).toEqual(['initialize inner', 'initialize outer', 'close outer', 'close inner'])
  })

  it('AuthRegistry refuses a provider that wraps itself', async () => {
    const registry = new AuthRegistry()
    registry.register('outer', async (_, context) => await context.create('outer'))
    expect(await catchMessage(registry.create({ 'rest.auth.type': 'outer' }))).toContain('outer over outer')
  })

  it('AuthRegistry closes a provider whose initialization fails', async () => {
    const closed: string[] = []
    const registry = new AuthRegistry()
    registry.register('acme', () => ({
      initialize: async () => {
        throw new Error('no')
      },
      authenticate: async (request) => request,
      [Symbol.asyncDispose]: async () => void closed.push('acme'),
    }))
    expect(await catchMessage(registry.create({ 'rest.auth.type': 'acme' }))).toBe('no')
    expect(closed).toEqual(['acme'])
  })

  it('AuthRegistry refuses a provider whose initialization exceeds the time limit', async () => {
    const registry = new AuthRegistry()
    registry.register('acme', () => ({
      initialize: async ({ signal } = {}) => {
        const { promise, reject } = Promise.withResolvers<void>()
        signal?.addEventListener('abort', () => reject(signal.reason))
        await promise
      },
      authenticate: async (request) => request,
    }))
    const creating = registry.create({ 'rest.auth.type': 'acme' }, { initializeTimeoutMs: 10 })
    expect(await catchMessage(creating)).toContain('timeout')
  })
})
