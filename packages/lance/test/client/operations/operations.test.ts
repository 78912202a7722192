import type { Json } from '@headgate/json'
import { expect, test } from 'vitest'
import { createSample } from '../../generate/sample.ts'
import { parseRefName, readSpecification, type SpecifiedOperation } from '../../../generate/specification.ts'
import { operations, type Operation } from '../../../src/model/operations.ts'
import type { LanceNamespace } from '../../../src/client/index.ts'
import type { Pages } from '../../../src/client/pages.ts'
import { testNamespace, type Reply } from '../scripted-server.ts'

// The tests call every operation with a request, and respond with a response, that are samples of its schemas.
const specification = await readSpecification()
const specified = Object.values(specification.paths)
  .flatMap((item) => Object.values(item))
  .filter((each): each is SpecifiedOperation => 'operationId' in each)

const ARROW = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0)
const id = ['my sales', 'a/b']

const methodName = (operationId: string): string => operationId.charAt(0).toLowerCase() + operationId.slice(1)

type Method = (...args: readonly unknown[]) => Promise<unknown> | Pages<unknown, unknown>
const findMethod = (lance: LanceNamespace, operationId: string): Method =>
  Reflect.get(lance, methodName(operationId)) as Method

const createNamedSample = (name: string): Json =>
  createSample(specification, specification.components.schemas[name] ?? {})

/** Creates the smallest response of an operation that the specification allows. */
function createReply({ operationId, answer }: Operation): Reply {
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

/** Creates the smallest request of an operation, with the members that its path contains. */
function createRequest({ operationId, path }: Operation): Record<string, unknown> {
  const name = operationId === 'CreateTableScalarIndex' ? 'CreateTableIndexRequest' : `${operationId}Request`
  const named = operationId === 'ListAllTables' ? {} : (createNamedSample(name) as object)
  return {
    ...named,
    ...(path.includes('{id}') && { id }),
    ...(path.includes('{index_name}') && { index_name: 'an idx' }),
  }
}

test.each(operations)(
  '$operationId sends the request of the specification and reads its response',
  async (operation) => {
    await using fixture = await testNamespace({ respond: () => createReply(operation) })
    const request = createRequest(operation)
    const method = findMethod(fixture.lance, operation.operationId)
    const result = operation.body === 'arrow' ? method(request, ARROW) : method(request)
    if ('pages' in result) {
      const pages = []
      for await (const page of result.pages()) pages.push(page)
      expect(pages).toHaveLength(1)
    } else await result

    const [received] = fixture.requests
    const path = operation.path.replace('{id}', 'my%20sales%24a%2Fb').replace('{index_name}', 'an%20idx')
    expect(received?.method).toBe(operation.method)
    expect(received?.target.split('?')[0]).toBe(path)
    expect(received?.target).toContain('?delimiter=%24')
    switch (operation.body) {
      case 'json':
        expect(received?.json).toEqual(request)
        break
      case 'arrow':
        expect(received?.headers['content-type']).toBe('application/vnd.apache.arrow.stream')
        expect(received?.bytes).toEqual(Buffer.from(ARROW))
        break
      case 'map':
        expect(received?.json).toEqual({})
        break
      default:
        expect(received?.bytes).toHaveLength(0)
        expect(received?.headers['content-type']).toBeUndefined()
    }
  },
)

test('the Lance client has a method for each of the 54 operations, queryTableStream and storageOptions', async () => {
  await using fixture = await testNamespace({ respond: () => ({}) })
  const expected = [
    ...operations.map(({ operationId }) => methodName(operationId)),
    'queryTableStream',
    'storageOptions',
  ]
  expect(Object.keys(fixture.lance).toSorted()).toEqual(expected.toSorted())
})

test('the Lance client sends members that the specification puts in the query as query parameters', async () => {
  await using fixture = await testNamespace({
    respond: () => ({ json: { tables: [], versions: [], metadata: {} } }),
  })
  const { lance } = fixture
  const readPage = async (list: Pages<unknown, unknown>): Promise<void> => void (await list.pages().next())
  await readPage(lance.listTables({ id: ['a'], page_token: 'p&q', limit: 3, include_declared: false }))
  await readPage(lance.listTableVersions({ id, branch: 'b', descending: true }))
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
  expect(fixture.requests.map(({ target }) => target.split('?delimiter=%24')[1])).toEqual([
    '&page_token=p%26q&limit=3&include_declared=false',
    '&branch=b&descending=true',
    '&with_table_uri=true&load_detailed_metadata=false',
    '&mode=ExistOk&properties=%7B%22k%22%3A%22v%22%7D&storage_options=%7B%22timeout%22%3A%2230s%22%7D',
    '&on=a.%60b.c%60&when_matched_update_all=true&when_matched_update_all_filt=x%20%3D%20%27y%27&timeout=5m',
    '&branch=b',
    '&branch=b',
  ])
  expect(fixture.requests[5]?.json).toEqual({ k: 'v' })
})
