import { expect, test } from 'vitest'
import { gathered, testNamespace } from '../../test/client/scripted-server.ts'

/** Ten tables in pages of as many as are asked for. */
const tables = Array.from({ length: 10 }, (_, index) => `t${index}`)
const paged = ({ target }: { readonly target: string }) => {
  const query = new URLSearchParams(target.split('?')[1])
  const from = Number(query.get('page_token') ?? 0)
  const to = from + Number(query.get('limit') ?? 4)
  return { json: { tables: tables.slice(from, to), page_token: to < 10 ? String(to) : null } }
}

test('a list is read page by page, as it is consumed', async () => {
  await using it = await testNamespace({ answer: paged })
  const list = it.lance.listTables({ id: ['a'], limit: 3 })
  expect(it.seen.length).toBe(0)
  for await (const name of list) if (name === 't4') break
  expect(it.seen.length).toBe(2)
  expect(await gathered(list)).toEqual(tables)
  expect(it.seen.length).toBe(6)
})

test('pages can be had one by one, from any token', async () => {
  await using it = await testNamespace({ answer: paged })
  const { value: first } = await it.lance
    .listTables({ id: ['a'], limit: 4 })
    .pages()
    .next()
  expect(first).toMatchObject({ tables: ['t0', 't1', 't2', 't3'], page_token: '4' })
  const rest = it.lance.listTables({ id: ['a'], page_token: '4', limit: 4 }).pages()
  expect((await gathered(rest)).map((page) => page.tables.length)).toEqual([4, 2])
})

test.each([null, '', undefined])('%j ends a list', async (page_token) => {
  await using it = await testNamespace({ answer: () => ({ json: { namespaces: ['a'], page_token } }) })
  expect(await gathered(it.lance.listNamespaces())).toEqual(['a'])
  expect(it.targets()).toEqual(['GET /v1/namespace/%24/list?delimiter=%24'])
})

test('a list that goes round is given up', async () => {
  await using it = await testNamespace({
    answer: () => ({ json: { namespaces: ['a'], page_token: 'same' } }),
  })
  await expect(gathered(it.lance.listNamespaces())).rejects.toThrow('the same page_token twice')
  expect(it.seen.length).toBe(2)
})

test('tags and branches come with their names, tokens of a body in the body', async () => {
  await using tags = await testNamespace({
    answer: () => ({ json: { tags: { v1: { version: 1, manifestSize: 2 } } } }),
  })
  expect(await gathered(tags.lance.listTableTags({ id: ['t'] }))).toEqual([
    ['v1', { version: 1, manifestSize: 2 }],
  ])
  await using indices = await testNamespace({
    answer: ({ json }) => ({
      json: { indexes: [], page_token: JSON.stringify(json).includes('next') ? '' : 'next' },
    }),
  })
  await gathered(indices.lance.listTableIndices({ id: ['t'], limit: 1 }))
  expect(indices.seen.map(({ json }) => json)).toEqual([
    { id: ['t'], limit: 1 },
    { id: ['t'], limit: 1, page_token: 'next' },
  ])
})
