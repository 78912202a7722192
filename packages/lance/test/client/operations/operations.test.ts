import type { Json } from '@headgate/json'
import { expect, test } from 'vitest'
import { createSample } from '../../generate/sample.ts'
import { parseRefName, readSpecification, type SpecifiedOperation } from '../../../generate/specification.ts'
import { operations, type Operation } from '../../../src/model/operations.ts'
import type { LanceNamespace } from '../../../src/client/index.ts'
import type { Pages } from '../../../src/client/pages.ts'
import { testNamespace, type Reply } from '../scripted-server.ts'

// Every operation of the specification is called as its schemas say, and answered as its schemas say.
const specification = await readSpecification()
const specified = Object.values(specification.paths)
  .flatMap((item) => Object.values(item))
  .filter((each): each is SpecifiedOperation => 'operationId' in each)

const ARROW = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0)
const id = ['my sales', 'a/b']

const methodName = (operationId: string): string => operationId.charAt(0).toLowerCase() + operationId.slice(1)

type Method = (...args: readonly unknown[]) => Promise<unknown> | Pages<unknown, unknown>
const methodOf = (lance: LanceNamespace, operationId: string): Method =>
  Reflect.get(lance, methodName(operationId)) as Method

const schemaOf = (name: string): Json =>
  createSample(specification, specification.components.schemas[name] ?? {})

/** What the specification's own answer to an operation is, at the least. */
function replyOf({ operationId, answer }: Operation): Reply {
  const responses = specified.find((each) => each.operationId === operationId)?.responses ?? {}
  const [status = '200', response] = Object.entries(responses).find(([code]) => code.startsWith('2')) ?? []
  const content =
    response?.$ref === undefined
      ? response?.content
      : specification.components.responses[parseRefName(response.$ref)]?.content
  if (answer === 'arrow') return { status: Number(status), body: ARROW }
  const schema = Object.values(content ?? {})[0]?.schema
  return { status: Number(status), ...(schema && { json: createSample(specification, schema) }) }
}

/** The smallest request of an operation, with an identifier where its path has one. */
function requestOf({ operationId, path }: Operation): Record<string, unknown> {
  const name = operationId === 'CreateTableScalarIndex' ? 'CreateTableIndexRequest' : `${operationId}Request`
  const named = operationId === 'ListAllTables' ? {} : (schemaOf(name) as object)
  return {
    ...named,
    ...(path.includes('{id}') && { id }),
    ...(path.includes('{index_name}') && { index_name: 'an idx' }),
  }
}

test.each(operations)(
  '$operationId goes where the specification says, and its answer is read',
  async (operation) => {
    await using it = await testNamespace({ answer: () => replyOf(operation) })
    const request = requestOf(operation)
    const method = methodOf(it.lance, operation.operationId)
    const result = operation.body === 'arrow' ? method(request, ARROW) : method(request)
    if ('pages' in result) {
      const pages = []
      for await (const page of result.pages()) pages.push(page)
      expect(pages).toHaveLength(1)
    } else await result

    const [seen] = it.seen
    const path = operation.path.replace('{id}', 'my%20sales%24a%2Fb').replace('{index_name}', 'an%20idx')
    expect(seen?.method).toBe(operation.method)
    expect(seen?.target.split('?')[0]).toBe(path)
    expect(seen?.target).toContain('?delimiter=%24')
    switch (operation.body) {
      case 'json':
        expect(seen?.json).toEqual(request)
        break
      case 'arrow':
        expect(seen?.headers['content-type']).toBe('application/vnd.apache.arrow.stream')
        expect(seen?.bytes).toEqual(Buffer.from(ARROW))
        break
      case 'map':
        expect(seen?.json).toEqual({})
        break
      default:
        expect(seen?.bytes).toHaveLength(0)
        expect(seen?.headers['content-type']).toBeUndefined()
    }
  },
)

test('there is a method for each of the 54 operations, and two more', async () => {
  await using it = await testNamespace({ answer: () => ({}) })
  const expected = [
    ...operations.map(({ operationId }) => methodName(operationId)),
    'queryTableStream',
    'storageOptions',
  ]
  expect(Object.keys(it.lance).toSorted()).toEqual(expected.toSorted())
})

test('each member that travels in the query does so', async () => {
  await using it = await testNamespace({
    answer: () => ({ json: { tables: [], versions: [], metadata: {} } }),
  })
  const { lance } = it
  const all = async (list: Pages<unknown, unknown>): Promise<void> => void (await list.pages().next())
  await all(lance.listTables({ id: ['a'], page_token: 'p&q', limit: 3, include_declared: false }))
  await all(lance.listTableVersions({ id, branch: 'b', descending: true }))
  await lance.describeTable({ id, with_table_uri: true, load_detailed_metadata: false })
  await lance.createTable(
    { id, mode: 'ExistOk', properties: { k: 'v' }, storage_options: { timeout: '30s' } },
    ARROW,
  )
  await lance.mergeInsertIntoTable(
    {
      id,
      on: 'a.`b.c`',
      when_matched_update_all: true,
      when_matched_update_all_filt: "x = 'y'",
      timeout: '5m',
    },
    ARROW,
  )
  await lance.updateTableSchemaMetadata({ id, branch: 'b', metadata: { k: 'v' } })
  await lance.dropTableIndex({ id, index_name: 'i', branch: 'b' })
  expect(it.seen.map(({ target }) => target.split('?delimiter=%24')[1])).toEqual([
    '&page_token=p%26q&limit=3&include_declared=false',
    '&branch=b&descending=true',
    '&with_table_uri=true&load_detailed_metadata=false',
    '&mode=ExistOk&properties=%7B%22k%22%3A%22v%22%7D&storage_options=%7B%22timeout%22%3A%2230s%22%7D',
    '&on=a.%60b.c%60&when_matched_update_all=true&when_matched_update_all_filt=x%20%3D%20%27y%27&timeout=5m',
    '&branch=b',
    '&branch=b',
  ])
  expect(it.seen[5]?.json).toEqual({ k: 'v' })
})
