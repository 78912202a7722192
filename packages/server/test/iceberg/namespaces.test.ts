import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, testServer } from '../server.ts'
import { errorBody, schema } from './tables.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const missing = (name: string): object =>
  errorBody(404, 'NoSuchNamespaceException', `Namespace does not exist: ${name}`)
const bad = (message: unknown = expect.any(String)): object => errorBody(400, 'BadRequestException', message)

test('a namespace is created, loaded, tested with HEAD and dropped', async () => {
  const { send } = server
  const created = await send('POST', 'namespaces', { namespace: ['life'], properties: { owner: 'ann' } })
  expect(created).toMatchObject({ status: 200, json: { namespace: ['life'], properties: { owner: 'ann' } } })
  expect(await send('GET', 'namespaces/life')).toMatchObject({ status: 200, json: created.json })
  expect(await send('HEAD', 'namespaces/life')).toMatchObject({ status: 204, json: null })
  expect(await send('DELETE', 'namespaces/life')).toMatchObject({ status: 204, json: null })
  expect(await send('GET', 'namespaces/life')).toMatchObject(missing('life'))
  expect(await send('HEAD', 'namespaces/life')).toMatchObject({ status: 404, json: null })
  expect(await send('DELETE', 'namespaces/life')).toMatchObject(missing('life'))
})

test('a create of an existing namespace results in 409, also for all but one of 20 concurrent creates', async () => {
  const { send } = server
  const responses = await Promise.all(
    Array.from({ length: 20 }, () => send('POST', 'namespaces', { namespace: ['race'] })),
  )
  expect(responses.filter(({ status }) => status === 200)).toHaveLength(1)
  const exists = errorBody(409, 'AlreadyExistsException', 'Namespace already exists: race')
  for (const response of responses.filter(({ status }) => status !== 200))
    expect(response).toMatchObject(exists)
})

test('a nested namespace needs its parent namespace, and the server refuses to drop a parent that contains a namespace', async () => {
  const { send } = server
  expect(await send('POST', 'namespaces', { namespace: ['up', 'down'] })).toMatchObject(missing('up'))
  await send('POST', 'namespaces', { namespace: ['up'] })
  expect((await send('POST', 'namespaces', { namespace: ['up', 'down'] })).status).toBe(200)
  expect((await send('GET', 'namespaces/up%1Fdown')).json).toMatchObject({ namespace: ['up', 'down'] })
  expect(await send('DELETE', 'namespaces/up')).toMatchObject(
    errorBody(
      409,
      'NamespaceNotEmptyException',
      'Namespace up is not empty: drop its tables, views and namespaces first.',
    ),
  )
  await send('DELETE', 'namespaces/up%1Fdown')
  expect((await send('DELETE', 'namespaces/up')).status).toBe(204)
})

test('a namespace with a table or view is not dropped, but one with only dropped tables is', async () => {
  const { send } = server
  await send('POST', 'namespaces', { namespace: ['full'] })
  await send('POST', 'namespaces/full/tables', { name: 't', schema })
  expect(await send('DELETE', 'namespaces/full')).toMatchObject({
    status: 409,
    json: { error: { type: 'NamespaceNotEmptyException' } },
  })
  await send('DELETE', 'namespaces/full/tables/t')
  expect((await send('DELETE', 'namespaces/full')).status).toBe(204)
})

test('namespace properties are set and removed in one request, whose response lists the missing ones', async () => {
  const { send } = server
  await send('POST', 'namespaces', { namespace: ['props'], properties: { a: '1', b: '2' } })
  const path = 'namespaces/props/properties'
  const change = await send('POST', path, { removals: ['a', 'zzz', 'a'], updates: { c: '3', b: '4' } })
  expect(change).toMatchObject({
    status: 200,
    json: { updated: ['c', 'b'], removed: ['a'], missing: ['zzz'] },
  })
  expect((await send('GET', 'namespaces/props')).json).toEqual({
    namespace: ['props'],
    properties: { b: '4', c: '3' },
  })
  expect(await send('POST', path, { removals: ['b', 'c'] })).toMatchObject({
    json: { updated: [], removed: ['b', 'c'], missing: [] },
  })
  expect((await send('GET', 'namespaces/props')).json).toEqual({ namespace: ['props'], properties: {} })
  const both = await send('POST', path, { removals: ['x'], updates: { x: '1' } })
  expect(both).toMatchObject({
    status: 422,
    json: { error: { type: 'UnprocessableEntityException', code: 422 } },
  })
  expect(await send('POST', 'namespaces/none/properties', { updates: { a: '1' } })).toMatchObject(
    missing('none'),
  )
})

test('namespace properties that the database cannot store result in 400, never 500', async () => {
  const { send } = server
  await send('POST', 'namespaces', { namespace: ['odd'] })
  const path = 'namespaces/odd/properties'
  for (const body of [
    { updates: { a: 'x\u0000' } },
    { updates: { 'a\u0000': 'x' } },
    { removals: ['a\u0000'] },
    { updates: { a: '\ud800' } },
    { removals: ['\udfff'] },
    { updates: { '': 'x' } },
    { updates: { a: 1 } },
    { removals: 'a' },
    [],
    null,
  ])
    expect(await send('POST', path, body), JSON.stringify(body)).toMatchObject(bad())
  expect(
    (await send('POST', 'namespaces', { namespace: ['odd2'], properties: { a: '\u0000' } })).status,
  ).toBe(400)
  const strange = { ['__proto__']: 'p', constructor: 'c', 'x y/ü😀': '"quoted" \\ \n' }
  expect((await send('POST', path, { updates: strange })).status).toBe(200)
  expect((await send('GET', 'namespaces/odd')).json).toEqual({ namespace: ['odd'], properties: strange })
})

test('an invalid body for a namespace results in 400', async () => {
  for (const body of [
    null,
    {},
    { namespace: [] },
    { namespace: [''] },
    { namespace: 'a' },
    { namespace: [1] },
    { namespace: ['..'] },
  ]) {
    expect(await server.send('POST', 'namespaces', body), JSON.stringify(body)).toMatchObject(bad())
  }
  for (const name of ['a\u0000', 'a\u001fb', 'x'.repeat(256), '\ud800']) {
    expect(await server.send('POST', 'namespaces', { namespace: [name] })).toMatchObject(bad())
  }
})

test('names with spaces, percent signs, plus signs, slashes and characters of any script work in request paths', async () => {
  const { send } = server
  for (const name of [
    'two words',
    '100%',
    'a+b',
    'a/b',
    'ünï/çødé 表',
    '😀',
    '%2F',
    '%1F',
    "it's",
    'a.b',
    'q?x#y&z=1',
    'UPPER',
    'upper',
  ]) {
    const path = encodeURIComponent(name)
    expect((await send('POST', 'namespaces', { namespace: [name] })).status, name).toBe(200)
    expect((await send('GET', `namespaces/${path}`)).json).toMatchObject({ namespace: [name] })
    expect((await send('POST', `namespaces/${path}/tables`, { name, schema })).status).toBe(200)
    expect((await send('HEAD', `namespaces/${path}/tables/${path}`)).status).toBe(204)
    expect((await send('GET', `namespaces/${path}/tables`)).json).toMatchObject({
      identifiers: [{ namespace: [name], name }],
    })
    expect((await send('DELETE', `namespaces/${path}/tables/${path}`)).status).toBe(204)
    expect((await send('DELETE', `namespaces/${path}`)).status).toBe(204)
  }
})

test('listNamespaces returns the children of `parent`; a missing or empty value means the warehouse, and single and double percent-encoding are equal', async () => {
  const { send } = server
  const names = ['p a', 'child%'] as const
  await send('POST', 'namespaces', { namespace: ['p a'] })
  await send('POST', 'namespaces', { namespace: [...names] })
  await send('POST', 'namespaces', { namespace: [...names, 'leaf'] })
  const all = await send('GET', 'namespaces')
  expect(all.json).toMatchObject({ 'next-page-token': null })
  expect((await send('GET', 'namespaces?parent=')).json).toEqual(all.json)
  expect((await send('GET', 'namespaces?parent=p%20a')).json).toMatchObject({ namespaces: [names] })
  expect((await send('GET', 'namespaces?parent=p+a')).json).toMatchObject({ namespaces: [names] })
  const once = names.map(encodeURIComponent).join('%1F')
  for (const parent of [once, once.replaceAll('%', '%25')]) {
    expect((await send('GET', `namespaces?parent=${parent}`)).json, parent).toMatchObject({
      namespaces: [[...names, 'leaf']],
    })
  }
  expect(await send('GET', 'namespaces?parent=none')).toMatchObject(missing('none'))
  expect(await send('GET', 'namespaces?parent=..')).toMatchObject(bad())
  expect(await send('GET', 'namespaces?parent=a%00')).toMatchObject(bad())
})

test('a configured namespace separator separates levels, and so does U+001F', async () => {
  await using other = await testServer({ namespaceSeparator: '%2E' })
  const { send } = other
  expect((await send('GET', '/v1/config?warehouse=lakehouse')).json).toMatchObject({
    overrides: { 'namespace-separator': '%2E' },
  })
  await send('POST', 'namespaces', { namespace: ['a'] })
  await send('POST', 'namespaces', { namespace: ['a', 'b'] })
  for (const path of ['a.b', 'a%2Eb', 'a%2eb', 'a%1Fb', 'a%1fb']) {
    expect((await send('GET', `namespaces/${path}`)).json, path).toMatchObject({ namespace: ['a', 'b'] })
  }
})

test('the server refuses a namespace whose name no request path could contain', async () => {
  await using other = await testServer({ namespaceSeparator: '%2E' })
  const { send } = other
  expect(await send('POST', 'namespaces', { namespace: ['a.b'] })).toMatchObject(
    bad(expect.stringContaining('separate element')),
  )
  await send('POST', 'namespaces', { namespace: ['a'] })
  expect((await send('POST', 'namespaces', { namespace: ['a', 'b.c'] })).status).toBe(200)
  expect((await send('GET', 'namespaces/a%1Fb.c')).json).toMatchObject({ namespace: ['a', 'b.c'] })
})
