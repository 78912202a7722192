import { expect, test } from 'vitest'
import { collect, testNamespace } from '../../test/client/scripted-server.ts'

const tables = Array.from({ length: 10 }, (_, index) => `t${index}`)

/** Returns one page of the ten tables. Its size is the `limit` of the request, or 4. */
const respondWithPage = ({ target }: { readonly target: string }) => {
  const query = new URLSearchParams(target.split('?')[1])
  const from = Number(query.get('page_token') ?? 0)
  const to = from + Number(query.get('limit') ?? 4)
  return { json: { tables: tables.slice(from, to), page_token: to < 10 ? String(to) : null } }
}

test('the client reads a list page by page while the caller iterates', async () => {
  await using fixture = await testNamespace({ respond: respondWithPage })
  const list = fixture.lance.listTables({ id: ['a'], limit: 3 })
  expect(fixture.requests.length).toBe(0)
  for await (const name of list) if (name === 't4') break
  expect(fixture.requests.length).toBe(2)
  expect(await collect(list)).toEqual(tables)
  expect(fixture.requests.length).toBe(6)
})

test('the method pages returns the responses from any page_token', async () => {
  await using fixture = await testNamespace({ respond: respondWithPage })
  const { value: first } = await fixture.lance
    .listTables({ id: ['a'], limit: 4 })
    .pages()
    .next()
  expect(first).toMatchObject({ tables: ['t0', 't1', 't2', 't3'], page_token: '4' })
  const rest = fixture.lance.listTables({ id: ['a'], page_token: '4', limit: 4 }).pages()
  expect((await collect(rest)).map((page) => page.tables.length)).toEqual([4, 2])
})

test.each([null, '', undefined])(
  'an iteration over a list ends when the page_token of a response is %j',
  async (page_token) => {
    await using fixture = await testNamespace({
      respond: () => ({ json: { namespaces: ['a'], page_token } }),
    })
    expect(await collect(fixture.lance.listNamespaces())).toEqual(['a'])
    expect(fixture.targets()).toEqual(['GET /v1/namespace/%24/list?delimiter=%24'])
  },
)

test('the client stops reading a list when a page_token is repeated', async () => {
  await using fixture = await testNamespace({
    respond: () => ({ json: { namespaces: ['a'], page_token: 'same' } }),
  })
  await expect(collect(fixture.lance.listNamespaces())).rejects.toThrow('the same page_token twice')
  expect(fixture.requests.length).toBe(2)
})

test('the client reads the names of tags from a list of tags', async () => {
  await using tags = await testNamespace({
    respond: () => ({ json: { tags: { v1: { version: 1, manifestSize: 2 } } } }),
  })
  expect(await collect(tags.lance.listTableTags({ id: ['t'] }))).toEqual([
    ['v1', { version: 1, manifestSize: 2 }],
  ])
})

test('the client sends the page_token in the body if the operation has a JSON body', async () => {
  await using indices = await testNamespace({
    respond: ({ json }) => ({
      json: { indexes: [], page_token: JSON.stringify(json).includes('next') ? '' : 'next' },
    }),
  })
  await collect(indices.lance.listTableIndices({ id: ['t'], limit: 1 }))
  expect(indices.requests.map(({ json }) => json)).toEqual([
    { id: ['t'], limit: 1 },
    { id: ['t'], limit: 1, page_token: 'next' },
  ])
})
