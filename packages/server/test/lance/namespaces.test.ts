import { afterAll, beforeAll, expect, test } from 'vitest'
import { statement } from '../../src/store/sql.ts'
import { schema } from '../iceberg/tables.ts'
import { type TestServer, testServer } from '../server.ts'
import { lanceError, type LanceSend, lanceSend } from './lance.ts'

let server: TestServer
let lance: LanceSend
beforeAll(async () => {
  server = await testServer()
  lance = lanceSend(server.send)
})
afterAll(() => server[Symbol.asyncDispose]())

test('a Lance namespace is created in each mode of createNamespace', async () => {
  expect((await lance('namespace/modes/create', { properties: { a: '1' } })).json).toEqual({
    properties: { a: '1' },
  })
  expect(await lance('namespace/modes/create')).toMatchObject(
    lanceError(409, 2, 'Namespace already exists: modes'),
  )
  expect((await lance('namespace/modes/create', { mode: 'ExistOk', properties: { b: '2' } })).json).toEqual({
    properties: { a: '1' },
  })
  expect((await lance('namespace/modes/create', { mode: 'exist_ok' })).status).toBe(200)
  await lance('table/modes$t/declare')
  expect((await lance('namespace/modes/create', { mode: 'OVERWRITE', properties: { c: '3' } })).json).toEqual(
    {
      properties: { c: '3' },
    },
  )
  expect((await lance('GET namespace/modes/table/list')).json).toEqual({ tables: [] })
  expect((await lance('namespace/modes/describe')).json).toEqual({ properties: { c: '3' } })
  expect(await lance('namespace/$/create')).toMatchObject(lanceError(409, 2))
})

test('child namespaces in the Lance Namespace require their parent and are listed by their names', async () => {
  expect(await lance('namespace/none$child/create')).toMatchObject(lanceError(404, 1))
  await lance('namespace/parent/create')
  for (const name of ['b', 'a']) await lance(`namespace/parent$${name}/create`)
  expect((await lance('GET namespace/parent/list')).json).toEqual({ namespaces: ['a', 'b'] })
  expect((await lance('GET namespace/parent/list?limit=1')).json).toMatchObject({ namespaces: ['a'] })
  expect(await lance('GET namespace/none/list')).toMatchObject(lanceError(404, 1))
  expect(await lance('namespace/none/exists')).toMatchObject(lanceError(404, 1))
  expect(await lance('namespace/parent$a/exists')).toMatchObject({ status: 200 })
  expect(await lance('namespace/$/exists')).toMatchObject({ status: 200 })
  expect((await lance('namespace/$/describe')).json).toEqual({ properties: {} })
  const { json } = await lance('GET namespace/$/list')
  expect((json as { namespaces: string[] }).namespaces).toContain('parent')
})

test('a Lance namespace that is not empty is dropped only with cascade, in one step', async () => {
  await lance('namespace/tree/create')
  await lance('namespace/tree$child/create')
  for (const id of ['tree$t', 'tree$child$t']) await lance(`table/${id}/declare`)
  expect(await lance('namespace/tree/drop')).toMatchObject(lanceError(409, 3))
  expect((await lance('namespace/tree/drop', { behavior: 'Cascade' })).json).toEqual({})
  expect(await lance('namespace/tree/exists')).toMatchObject(lanceError(404, 1))
  expect(await lance('namespace/tree/drop')).toMatchObject(lanceError(404, 1))
  expect(await lance('namespace/tree/drop', { mode: 'Skip' })).toMatchObject({ status: 200, json: {} })
  const { json } = await server.send('GET', '/management/v1/warehouses/lakehouse/dropped')
  const names = (json as { dropped: { namespace: string[] }[] }).dropped.map(({ namespace }) =>
    namespace.join('.'),
  )
  expect(names).toEqual(expect.arrayContaining(['tree', 'tree.child']))
})

test('dropping a namespace with cascade drops nothing when the namespace contains Iceberg tables or protected objects', async () => {
  await lance('namespace/kept/create')
  await lance('namespace/kept$child/create')
  await lance('table/kept$t/declare')
  await server.send('POST', 'namespaces/kept%1Fchild/tables', { name: 'berg', schema })
  expect(await lance('namespace/kept/drop', { behavior: 'cascade' })).toMatchObject(lanceError(409, 3))
  expect(await lance('namespace/kept/create', { mode: 'overwrite' })).toMatchObject(lanceError(409, 3))
  await server.send('DELETE', 'namespaces/kept%1Fchild/tables/berg')
  await server.sql.transaction(async (tx) => {
    await tx.run(statement('protect', "update relation set protected = true where name = 't'"), [])
  })
  expect(await lance('namespace/kept/drop', { behavior: 'cascade' })).toMatchObject(
    lanceError(403, 15, 'Lance table kept.t is protected. Remove the protection, then try again.'),
  )
  expect(await lance('table/kept$t/drop')).toMatchObject(lanceError(403, 15))
  expect(await lance('table/kept$t/deregister')).toMatchObject(lanceError(403, 15))
  expect((await lance('GET namespace/kept/table/list')).json).toEqual({ tables: ['t'] })
  expect(await lance('namespace/kept$child/exists')).toMatchObject({ status: 200 })
})
