import type { JsonObject } from '@headgate/json'
import { expect, test } from 'vitest'
import { operation, operations, type OperationId } from '../../src/rest/operations.ts'
import { exampleView } from '../view/example-view.ts'
import { collect, loadBody, orders, schema, testCatalog } from './catalog.ts'
import type { RestCatalog } from '../../src/client/index.ts'

type Call = (catalog: RestCatalog) => Promise<unknown>

const at = { namespace: ['a b', 'ü'], name: 'x/y' } as const
const none = { requirements: [], updates: [] } as const
const report = {
  'report-type': 'scan-report',
  'table-name': 't',
  'snapshot-id': 1,
  filter: true,
  'schema-id': 0,
  'projected-field-ids': [],
  'projected-field-names': [],
  metrics: {},
} as const

/**
 * One call of each operation. Excluded are `getConfig`, which connecting calls, and `getToken`, which only auth
 * providers call.
 */
const calls: Readonly<Record<Exclude<OperationId, 'getConfig' | 'getToken'>, Call>> = {
  listNamespaces: (it) => collect(it.listNamespaces()),
  createNamespace: (it) => it.createNamespace(at.namespace),
  loadNamespaceMetadata: (it) => it.loadNamespace(at.namespace),
  namespaceExists: (it) => it.namespaceExists(at.namespace),
  dropNamespace: (it) => it.dropNamespace(at.namespace),
  updateProperties: (it) => it.updateNamespaceProperties(at.namespace, {}),
  listTables: (it) => collect(it.listTables(at.namespace)),
  createTable: (it) => it.createTable(at, { schema }),
  listFunctions: (it) => collect(it.listFunctions(at.namespace)),
  loadFunction: (it) => it.loadFunction(at),
  planTableScan: (it) => it.planTableScan(at),
  fetchPlanningResult: (it) => it.fetchPlanningResult(at, 'p/1'),
  cancelPlanning: (it) => it.cancelPlanning(at, 'p/1'),
  fetchScanTasks: (it) => it.fetchScanTasks(at, 't'),
  registerTable: (it) => it.registerTable(at, { metadataLocation: 'm' }),
  loadTable: (it) => it.loadTable(at),
  updateTable: (it) => it.commitTable(at, none),
  dropTable: (it) => it.dropTable(at),
  tableExists: (it) => it.tableExists(at),
  unregisterTable: (it) => it.unregisterTable(at),
  loadCredentials: (it) => it.loadCredentials(at),
  signRequest: (it) => it.signRequest(at, { region: 'r', uri: 'https://s3', method: 'GET', headers: {} }),
  renameTable: (it) => it.renameTable(at, orders),
  reportMetrics: (it) => it.reportMetrics(at, report),
  commitTransaction: (it) => it.commitTransaction([{ identifier: at, ...none }]),
  listViews: (it) => collect(it.listViews(at.namespace)),
  createView: (it) => it.createView(at, { schema, representations: [] }),
  loadView: (it) => it.loadView(at),
  replaceView: (it) => it.replaceView(at, none),
  dropView: (it) => it.dropView(at),
  viewExists: (it) => it.viewExists(at),
  renameView: (it) => it.renameView(at, orders),
  registerView: (it) => it.registerView(at, { metadataLocation: 'm' }),
}

/** Response body that contains the required members of the responses of all operations. */
const answer: JsonObject = {
  ...loadBody(),
  namespaces: [],
  identifiers: [],
  namespace: [],
  updated: [],
  removed: [],
  status: 'completed',
  uri: 'https://s3',
  headers: {},
}
const answerTo = (id: OperationId): JsonObject => {
  if (id.endsWith('View')) return { 'metadata-location': 'm', metadata: exampleView() }
  if (id === 'loadFunction') return { metadata: { 'function-uuid': 'u', definitions: [] } }
  return answer
}

const entries = Object.entries(calls) as readonly [OperationId, Call][]

test.each(entries)(
  'the client sends the request of %s to the path in the specification, and decodes the response',
  async (id, call) => {
    await using it = await testCatalog({
      respond: ({ method }) => (/HEAD|DELETE/.test(method) ? { status: 204 } : { json: answerTo(id) }),
    })
    await call(it.catalog)
    const path = operation(id)
      .path.replace('{prefix}', 'wh')
      .replace('{namespace}', 'a%20b%1F%C3%BC')
      .replace('{plan-id}', 'p%2F1')
      .replace(/\{(?:table|view|function)\}/, 'x%2Fy')
    expect(it.targets().map((target) => target.replace(/\?.*/, ''))).toEqual([
      `${operation(id).method} ${path}`,
    ])
  },
)

test.each(entries)(
  'the client does not send the request of %s to a server that does not list its endpoint',
  async (_, call) => {
    await using it = await testCatalog({ config: { endpoints: [] }, respond: () => ({ json: answer }) })
    await expect(call(it.catalog)).rejects.toMatchObject({ code: 'unsupported' })
    expect(it.requests).toEqual([])
  },
)

test('the test calls of the client cover every operation of the specification', () => {
  expect([...Object.keys(calls), 'getConfig', 'getToken'].toSorted()).toEqual(
    operations.map(({ operationId }) => operationId).toSorted(),
  )
})
