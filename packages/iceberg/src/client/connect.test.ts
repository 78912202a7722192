import { AuthRegistry, type AuthProvider } from '@headgate/auth'
import { expect, test } from 'vitest'
import { fullConfig, loadBody, orders, errorResponse, testCatalog } from '../../test/client/catalog.ts'
import type { ConnectOptions } from './connect.ts'
import { RestCatalog } from './index.ts'
import { ScriptedServer } from '../../test/client/scripted-server.ts'

const anything = { respond: () => ({ json: loadBody() }) }

test('connect requests the warehouse, and paths contain the prefix in the form that the server sent', async () => {
  await using server = await ScriptedServer.start(() => ({
    json: { ...fullConfig, overrides: { prefix: 'arn%3Aaws%3As3tables/x' }, ...loadBody() },
  }))
  const catalog = await RestCatalog.connect({ uri: `${server.url}/iceberg/`, warehouse: 'a/b & c' })
  await catalog.loadTable(orders)
  expect(server.requests.map(({ target }) => target)).toEqual([
    '/iceberg/v1/config?warehouse=a%2Fb%20%26%20c',
    '/iceberg/v1/arn%3Aaws%3As3tables/x/namespaces/sales/tables/orders',
  ])
})

test('overrides of the server take precedence over its defaults, and no property of the server sets endpoints, authentication, proxies or headers', async () => {
  await using it = await testCatalog({
    ...anything,
    config: {
      defaults: { a: '1', b: '1', token: 't', 'header.x': 'y', 'rest.auth.type': 'none' },
      overrides: {
        b: '2',
        c: 3,
        uri: 'http://evil.example',
        credential: 'c',
        'oauth2-server-uri': 'u',
        'rest.signing-region': 'r',
        'rest.client.proxy.hostname': 'h',
      },
    },
  })
  expect(it.catalog.config.properties).toEqual({ a: '1', b: '2', c: '3' })
  await it.catalog.loadTable(orders)
  expect(it.targets()).toEqual(['GET /v1/namespaces/sales/tables/orders'])
})

test('a server that lists no endpoints supports only the default operations', async () => {
  await using it = await testCatalog({ ...anything, config: { defaults: {}, overrides: {} } })
  expect(it.catalog.supports('loadTable')).toBe(true)
  expect(it.catalog.supports('loadCredentials')).toBe(false)
  await expect(it.catalog.loadCredentials(orders)).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringContaining('GET /v1/{prefix}/namespaces/{namespace}/tables/{table}/credentials'),
  })
  expect(it.requests).toEqual([])
})

test('tableExists and namespaceExists send HEAD if the server lists this endpoint, otherwise they load the object', async () => {
  const respond = (): ReturnType<typeof errorResponse> => errorResponse(404, 'NoSuchTableException')
  await using modern = await testCatalog({ respond })
  expect(await modern.catalog.tableExists(orders)).toBe(false)
  expect(await modern.catalog.namespaceExists(['sales'])).toBe(false)
  await using old = await testCatalog({ respond, config: { defaults: {}, overrides: {} } })
  expect(await old.catalog.tableExists(orders)).toBe(false)
  expect(await old.catalog.namespaceExists(['sales'])).toBe(false)
  expect([...modern.targets(), ...old.targets()]).toEqual([
    'HEAD /v1/wh/namespaces/sales/tables/orders',
    'HEAD /v1/wh/namespaces/sales',
    'GET /v1/namespaces/sales/tables/orders?snapshots=refs',
    'GET /v1/namespaces/sales',
  ])
})

test('the client joins the levels of a namespace with the separator that the server sets', async () => {
  const namespaces = async (separator?: string): Promise<readonly string[]> => {
    const overrides = separator === undefined ? {} : { 'namespace-separator': separator }
    await using it = await testCatalog({
      config: { defaults: {}, overrides },
      respond: () => ({ json: { namespace: [], properties: {} } }),
    })
    await it.catalog.loadNamespace(['a b', 'ü/+%'])
    return it.targets()
  }
  expect(await namespaces()).toEqual(['GET /v1/namespaces/a%20b%1F%C3%BC%2F%2B%25'])
  expect(await namespaces('%2E')).toEqual(['GET /v1/namespaces/a%20b%2E%C3%BC%2F%2B%25'])
})

test('the Iceberg client refuses names that a URL cannot contain before it sends a request', async () => {
  await using it = await testCatalog({ ...anything, config: { overrides: { 'namespace-separator': '.' } } })
  for (const namespace of [[], [''], ['..'], ['.'], ['a.b'], ['\ud800']])
    await expect(it.catalog.loadTable({ namespace, name: 't' })).rejects.toMatchObject({
      code: 'bad-request',
    })
  for (const name of ['', '.', '..', '\udfff'])
    await expect(it.catalog.loadTable({ namespace: ['n'], name })).rejects.toMatchObject({
      code: 'bad-request',
    })
  expect(it.requests).toEqual([])
})

test.each([
  ['not a URL', 'catalog.example.com'],
  ['another scheme', 'file:///tmp'],
  ['a query', 'http://127.0.0.1:1/?a=b'],
  ['a password', 'http://user:hidden-secret@127.0.0.1:1'],
])('connect refuses an invalid uri with an error that does not contain the uri: %s', async (_, uri) => {
  const error = await RestCatalog.connect({ uri }).catch((error: unknown) => error)
  expect(error).toMatchObject({ code: 'bad-request' })
  expect(String(error)).not.toContain('hidden-secret')
})

test('connect configures authentication and headers from properties', async () => {
  await using it = await testCatalog({
    ...anything,
    headers: { 'X-Team': 'core' },
    properties: {
      'rest.auth.type': 'bearer',
      'rest.auth.bearer.token': 'hidden-secret',
      'header.x-tenant': 't1',
      'header.X-Iceberg-Access-Delegation': 'remote-signing',
    },
  })
  await it.catalog.loadTable(orders)
  expect(it.requests[0]?.headers).toMatchObject({
    authorization: 'Bearer hidden-secret',
    'x-team': 'core',
    'x-tenant': 't1',
    'x-iceberg-access-delegation': 'remote-signing',
  })
})

test('connect reads uri, warehouse, prefix and page size from properties, as other Iceberg clients do', async () => {
  await using server = await ScriptedServer.start(({ target }) =>
    target.startsWith('/v1/config')
      ? {
          json: {
            defaults: { prefix: 'theirs', a: '1' },
            overrides: { b: '2' },
            endpoints: fullConfig['endpoints'] ?? [],
          },
        }
      : { json: { namespaces: [] } },
  )
  await using catalog = await RestCatalog.connect({
    properties: {
      uri: server.url,
      warehouse: 'lake',
      prefix: 'ours',
      'rest-page-size': 7,
      b: '1',
      'rest.auth.type': 'bearer',
      token: 'hidden-secret',
    },
  })
  for await (const _ of catalog.listNamespaces()) throw new Error('The list must be empty')
  expect(server.requests.map(({ target }) => target)).toEqual([
    '/v1/config?warehouse=lake',
    '/v1/ours/namespaces?pageToken=&pageSize=7',
  ])
  expect(catalog.config.properties).toMatchObject({ prefix: 'ours', a: '1', b: '2' })
  expect(JSON.stringify(catalog.config)).not.toContain('hidden-secret')
})

test('the client uses the page size of the server if the caller does not set one', async () => {
  const config = { defaults: { 'rest-page-size': '200' } }
  await using it = await testCatalog({ config, respond: () => ({ json: { namespaces: [] } }) })
  await it.catalog.listNamespaces().pages().next()
  await it.catalog.listNamespaces({ pageSize: 3 }).pages().next()
  expect(it.targets().map((target) => target.slice(target.indexOf('?')))).toEqual([
    '?pageToken=&pageSize=200',
    '?pageToken=&pageSize=3',
  ])
})

test('a server with view-endpoints-supported and without a list of endpoints supports views', async () => {
  const overrides = { 'view-endpoints-supported': 'true' }
  await using it = await testCatalog({ ...anything, config: { overrides } })
  expect(it.catalog.supports('loadView')).toBe(true)
  expect(it.catalog.supports('viewExists')).toBe(false)
})

test('connect warns of properties that the server must not set', async () => {
  const warnings: string[] = []
  const config = { defaults: { 'header.x': 'y' }, overrides: { uri: 'http://evil.example' } }
  await using _ = await testCatalog({ ...anything, config, warn: (message) => warnings.push(message) })
  expect(warnings).toEqual([expect.stringContaining('sets header.x, uri, which servers must not set')])
})

const auth: AuthProvider = { authenticate: (request) => Promise.resolve(request) }

test.each<[string, Partial<ConnectOptions>, string]>([
  ['an unknown type', { properties: { 'rest.auth.type': 'acme' } }, 'unknown provider "acme"'],
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
    'authorization is configured, but the authentication provider also sets it',
  ],
  [
    'a header that the provider of the caller writes',
    { auth, headers: { Authorization: 'x' } },
    'authorization is configured',
  ],
  [
    'two providers',
    { auth, properties: { 'rest.auth.type': 'none' } },
    'Both auth and rest.auth.type are set',
  ],
  [
    'a property that fetch cannot apply',
    { properties: { 'rest.client.proxy.hostname': 'a' } },
    'proxy.hostname cannot be applied',
  ],
  ['an invalid header name', { headers: { 'a b': 'x' } }, 'Invalid header name "a b"'],
  ['an invalid header value', { headers: { a: 'x\ny' } }, 'Invalid value of header a'],
  ['an invalid page size', { properties: { 'rest-page-size': 'many' } }, 'Invalid rest-page-size "many"'],
])('connect refuses %s before it sends a request', async (_, options, message) => {
  const sent = { fetch: () => Promise.reject(new Error('A request was sent')) }
  await expect(RestCatalog.connect({ uri: 'http://127.0.0.1:9', ...sent, ...options })).rejects.toThrow(
    message,
  )
})

test('the client sends a static Authorization header if no auth provider is configured', async () => {
  await using it = await testCatalog({ ...anything, headers: { Authorization: 'Bearer static' } })
  await it.catalog.loadTable(orders)
  expect(it.requests[0]?.headers['authorization']).toBe('Bearer static')
})

test('connect initializes a registered auth provider, which is closed with the catalog or after a failed connection', async () => {
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
    await using it = await testCatalog({ ...anything, registry, properties })
    await it.catalog.loadTable(orders)
    expect(it.requests[0]?.headers['x-acme']).toBe('yes')
    await it.catalog[Symbol.asyncDispose]()
  }
  expect(events).toEqual(['initialize k', 'close'])
  const uri = 'http://127.0.0.1:9'
  await expect(RestCatalog.connect({ uri, registry, properties, maxRetries: 0 })).rejects.toThrow('no answer')
  expect(events.slice(2)).toEqual(['initialize k', 'close'])
})

test('connect initializes an auth provider of the caller, which remains open after the catalog is closed', async () => {
  const events: string[] = []
  const provider: AuthProvider = {
    ...auth,
    initialize: () => Promise.resolve(void events.push('initialize')),
    [Symbol.asyncDispose]: () => Promise.resolve(void events.push('close')),
  }
  await using it = await testCatalog({ ...anything, auth: provider })
  await it.catalog[Symbol.asyncDispose]()
  expect(events).toEqual(['initialize'])
})

test('connect throws an InvalidAnswerError for an invalid configuration of the server', async () => {
  for (const config of [{ overrides: { prefix: '../admin' } }, { endpoints: 'all' }])
    await expect(testCatalog({ ...anything, config })).rejects.toMatchObject({
      name: 'InvalidAnswerError',
      operation: 'getConfig',
      type: 'InvalidAnswer',
    })
})
