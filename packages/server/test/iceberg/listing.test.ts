import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, testServer } from '../server.ts'
import { statement } from '../../src/store/sql.ts'
import { ascending, objectAt, schema } from './tables.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
  await server.send('POST', 'namespaces', { namespace: ['big'] })
  await server.send('POST', 'namespaces/big/tables', { name: 'a-template', schema })
  await server.sql.run(copies)
})
afterAll(() => server[Symbol.asyncDispose]())

const copies = statement(
  'test_copies',
  `insert into relation (id, warehouse_id, namespace_id, name, kind, uuid, metadata_location, location, owner_id)
   select gen_random_uuid(), warehouse_id, namespace_id, 't' || lpad(n::text, 5, '0'), 'table', gen_random_uuid(), metadata_location, location, owner_id
   from relation, generate_series(1, 2499) n where name = 'a-template'`,
)
const tables = 'namespaces/big/tables'

async function page(query: string, path = tables): Promise<{ names: string[]; token: string | null }> {
  const { identifiers, 'next-page-token': token } = objectAt(
    (await server.send('GET', `${path}?${query}`)).json,
  )
  return { names: (identifiers as { name: string }[]).map(({ name }) => name), token: token as string | null }
}

test('a list request without a page token returns all names, for each page size', async () => {
  const all = await page('')
  expect(all).toMatchObject({ token: null, names: { length: 2_500 } })
  expect(await page('pageSize=7')).toEqual(all)
  expect(all.names).toEqual(all.names.toSorted(ascending))
})

test('the pages of a list have the requested size, up to the maximum, and together contain each name exactly once', async () => {
  const all = (await page('')).names
  for (const [query, sizes] of [
    ['pageSize=999', [999, 999, 502]],
    ['pageSize=99999', [1_000, 1_000, 500]],
    ['', [1_000, 1_000, 500]],
    ['pageSize=1250', [1_000, 1_000, 500]],
  ] as const) {
    const pages: string[][] = []
    for (let token: string | null = ''; token !== null;) {
      const next: { names: string[]; token: string | null } = await page(`pageToken=${token}&${query}`)
      pages.push(next.names)
      token = next.token
    }
    expect(pages.map(({ length }) => length)).toEqual(sizes)
    expect(pages.flat()).toEqual(all)
  }
})

test('a page that ends with the last name of a list has no page token', async () => {
  const first = await page('pageToken=&pageSize=1000')
  const second = await page(`pageToken=${first.token ?? ''}&pageSize=1000`)
  expect((await page(`pageToken=${second.token ?? ''}&pageSize=500`)).token).toBeNull()
})

test('a name that exists during the whole listing is listed exactly once while other names are created and dropped', async () => {
  const { send } = server
  const all = (await page('')).names
  const seen: string[] = []
  let round = 0
  for (let token: string | null = ''; token !== null; round += 1) {
    const next: { names: string[]; token: string | null } = await page(`pageToken=${token}&pageSize=500`)
    seen.push(...next.names)
    token = next.token
    await send('POST', tables, { name: `a-${round}`, schema })
    await send('POST', tables, { name: `z-${round}`, schema })
    await send('DELETE', `${tables}/${seen.at(-1) === all.at(-1) ? 'z-0' : (seen.at(-1) ?? '')}`)
  }
  expect(seen.filter((name) => all.includes(name))).toEqual(all)
  expect(new Set(seen).size).toBe(seen.length)
})

function text(name: string): string {
  return Buffer.from(JSON.stringify([1, name])).toString('base64url')
}

test('the server answers 400 to an invalid page size or token', async () => {
  for (const query of [
    'pageToken=&pageSize=0',
    'pageToken=&pageSize=-1',
    'pageToken=&pageSize=x',
    'pageSize=',
    'pageToken=garbage',
    'pageToken=%00',
    `pageToken=${text('\u0000')}`,
    `pageToken=${text('a')}x`,
  ]) {
    expect(await server.send('GET', `${tables}?${query}`), query).toMatchObject({
      status: 400,
      json: { error: { code: 400, type: 'BadRequestException' } },
    })
    expect((await server.send('GET', `namespaces?${query}`)).status, query).toBe(400)
    expect((await server.send('GET', `namespaces/big/views?${query}`)).status, query).toBe(400)
  }
})

test('the server pages namespaces and views in the same way, and returns an empty list as a list', async () => {
  for (const name of ['n1', 'n2', 'n3']) await server.send('POST', 'namespaces', { namespace: ['big', name] })
  const seen: unknown[] = []
  for (let token: string | null = ''; token !== null;) {
    const response = objectAt(
      (await server.send('GET', `namespaces?parent=big&pageSize=1&pageToken=${token}`)).json,
    )
    seen.push(response['namespaces'])
    token = response['next-page-token'] as string | null
  }
  expect(seen).toEqual([[['big', 'n1']], [['big', 'n2']], [['big', 'n3']]])
  expect((await server.send('GET', 'namespaces/big/views?pageToken=')).json).toEqual({
    identifiers: [],
    'next-page-token': null,
  })
})
