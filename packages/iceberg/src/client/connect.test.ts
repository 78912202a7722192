import { expect, test } from 'vitest'
import { everything, loaded, orders, problem, testCatalog } from './catalog.test-support.ts'
import { bearerAuth, RestCatalog } from './index.ts'
import { ScriptedServer } from './scripted-server.test-support.ts'

const anything = { answer: () => ({ json: loaded() }) }

test('connecting asks for the warehouse, and paths get the prefix as the server wrote it', async () => {
  await using server = await ScriptedServer.start(() => ({
    json: { ...everything, overrides: { prefix: 'arn%3Aaws%3As3tables/x' }, ...loaded() },
  }))
  const catalog = await RestCatalog.connect({ uri: `${server.url}/iceberg/`, warehouse: 'a/b & c' })
  await catalog.loadTable(orders)
  expect(server.seen.map(({ target }) => target)).toEqual([
    '/iceberg/v1/config?warehouse=a%2Fb%20%26%20c',
    '/iceberg/v1/arn%3Aaws%3As3tables/x/namespaces/sales/tables/orders',
  ])
})

test('overrides win over defaults, and neither can name endpoints, authentication, proxies or headers', async () => {
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

test('a server that lists no endpoints has the basic ones only', async () => {
  await using it = await testCatalog({ ...anything, config: { defaults: {}, overrides: {} } })
  expect(it.catalog.supports('loadTable')).toBe(true)
  expect(it.catalog.supports('loadCredentials')).toBe(false)
  await expect(it.catalog.loadCredentials(orders)).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringContaining('GET /v1/{prefix}/namespaces/{namespace}/tables/{table}/credentials'),
  })
  expect(it.seen).toEqual([])
})

test('existence is asked with HEAD where the server has it, else by loading', async () => {
  const answer = (): ReturnType<typeof problem> => problem(404, 'NoSuchTableException')
  await using modern = await testCatalog({ answer })
  expect(await modern.catalog.tableExists(orders)).toBe(false)
  expect(await modern.catalog.namespaceExists(['sales'])).toBe(false)
  await using old = await testCatalog({ answer, config: { defaults: {}, overrides: {} } })
  expect(await old.catalog.tableExists(orders)).toBe(false)
  expect(await old.catalog.namespaceExists(['sales'])).toBe(false)
  expect([...modern.targets(), ...old.targets()]).toEqual([
    'HEAD /v1/wh/namespaces/sales/tables/orders',
    'HEAD /v1/wh/namespaces/sales',
    'GET /v1/namespaces/sales/tables/orders?snapshots=refs',
    'GET /v1/namespaces/sales',
  ])
})

test('levels of a namespace are joined by what the server advertises', async () => {
  const namespaces = async (separator?: string): Promise<readonly string[]> => {
    const overrides = separator === undefined ? {} : { 'namespace-separator': separator }
    await using it = await testCatalog({
      config: { defaults: {}, overrides },
      answer: () => ({ json: { namespace: [], properties: {} } }),
    })
    await it.catalog.loadNamespace(['a b', 'ü/+%'])
    return it.targets()
  }
  expect(await namespaces()).toEqual(['GET /v1/namespaces/a%20b%1F%C3%BC%2F%2B%25'])
  expect(await namespaces('%2E')).toEqual(['GET /v1/namespaces/a%20b%2E%C3%BC%2F%2B%25'])
})

test('what a URL cannot carry is refused before anything is sent', async () => {
  await using it = await testCatalog({ ...anything, config: { overrides: { 'namespace-separator': '.' } } })
  for (const namespace of [[], [''], ['..'], ['.'], ['a.b'], ['\ud800']])
    await expect(it.catalog.loadTable({ namespace, name: 't' })).rejects.toMatchObject({
      code: 'bad-request',
    })
  for (const name of ['', '.', '..', '\udfff'])
    await expect(it.catalog.loadTable({ namespace: ['n'], name })).rejects.toMatchObject({
      code: 'bad-request',
    })
  expect(it.seen).toEqual([])
})

test.each([
  ['not a URL', 'catalog.example.com'],
  ['another scheme', 'file:///tmp'],
  ['a query', 'http://127.0.0.1:1/?a=b'],
  ['a password', 'http://user:geheim@127.0.0.1:1'],
])('a uri with %s is refused without showing it', async (_, uri) => {
  const error = await RestCatalog.connect({ uri }).catch((error: unknown) => error)
  expect(error).toMatchObject({ code: 'bad-request' })
  expect(String(error)).not.toContain('geheim')
})

test('a static Authorization header beside a provider is refused, alone it is sent', async () => {
  const headers = { Authorization: 'Bearer static', 'X-Team': 'a' }
  await expect(
    RestCatalog.connect({ uri: 'http://127.0.0.1:1', headers, auth: bearerAuth('t') }),
  ).rejects.toMatchObject({ code: 'bad-request', message: expect.stringContaining('leave the header out') })
  await using it = await testCatalog({ ...anything, headers })
  await it.catalog.loadTable(orders)
  expect(it.seen[0]?.headers).toMatchObject({ authorization: 'Bearer static', 'x-team': 'a' })
})

test('a configuration that is none is an error that says what is wrong with it', async () => {
  for (const config of [{ overrides: { prefix: '../admin' } }, { endpoints: 'all' }])
    await expect(testCatalog({ ...anything, config })).rejects.toMatchObject({
      name: 'IcebergRestError',
      operation: 'getConfig',
      type: 'InvalidAnswer',
    })
})
