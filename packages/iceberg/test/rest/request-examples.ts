// A valid body for each request. Tests damage these bodies.
import type { Json, JsonObject } from '@headgate/json'
import { append, BIG, orderJson, SCHEMA, sortBy, specJson } from '../metadata/tables.ts'
import { decodeCommitTableRequest } from '../../src/rest/requests/commit-table.ts'
import { decodeCommitTransactionRequest } from '../../src/rest/requests/commit-transaction.ts'
import { decodeCommitViewRequest } from '../../src/rest/requests/commit-view.ts'
import { decodeCreateNamespaceRequest } from '../../src/rest/requests/create-namespace.ts'
import { decodeCreateTableRequest } from '../../src/rest/requests/create-table.ts'
import { decodeCreateViewRequest } from '../../src/rest/requests/create-view.ts'
import { decodeRegisterTableRequest } from '../../src/rest/requests/register-table.ts'
import { decodeRegisterViewRequest } from '../../src/rest/requests/register-view.ts'
import { decodeRenameRequest } from '../../src/rest/requests/rename.ts'
import { decodeReportMetricsRequest } from '../../src/rest/requests/report-metrics.ts'
import { decodeUpdateNamespacePropertiesRequest } from '../../src/rest/requests/update-namespace-properties.ts'

export interface RequestExample {
  readonly body: JsonObject
  decode(value: Json): unknown
}

const identifier: JsonObject = { namespace: ['sales', 'eu'], name: 'orders' }
const version: JsonObject = {
  'version-id': 1,
  'timestamp-ms': 1_700_000_000_000,
  'schema-id': 0,
  summary: { 'engine-name': 'spark' },
  representations: [{ type: 'sql', sql: 'select 1', dialect: 'spark' }],
  'default-namespace': ['sales'],
}
const commit: JsonObject = {
  requirements: [
    { type: 'assert-table-uuid', uuid: '9c12d441-03fe-4693-9a96-a0705ddf69c1' },
    { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': BIG },
    { type: 'assert-last-assigned-field-id', 'last-assigned-field-id': 3 },
  ],
  updates: [
    ...append(BIG, 1),
    { action: 'set-properties', updates: { a: 'b' } },
    { action: 'remove-snapshots', 'snapshot-ids': [BIG] },
  ],
}
const report: JsonObject = {
  'report-type': 'scan-report',
  'table-name': 'orders',
  'snapshot-id': BIG,
  filter: true,
  'schema-id': 0,
  'projected-field-ids': [1],
  'projected-field-names': ['id'],
  metrics: { 'total-planning-duration': { count: 1, 'time-unit': 'nanoseconds', 'total-duration': 5 } },
}

/** Valid request bodies, by operation. */
export const requestExamples: Readonly<Record<string, RequestExample>> = {
  createNamespace: {
    body: { namespace: ['a', 'b'], properties: { owner: 'x' } },
    decode: (it) => decodeCreateNamespaceRequest(it),
  },
  updateProperties: {
    body: { removals: ['a'], updates: { b: 'c' } },
    decode: (it) => decodeUpdateNamespacePropertiesRequest(it),
  },
  createTable: {
    body: {
      name: 'orders',
      location: 's3://lake/orders',
      schema: SCHEMA,
      'partition-spec': specJson({ name: 'b', transform: 'bucket[4]', 'source-id': 1, 'field-id': 1000 }),
      'write-order': orderJson(sortBy(1)),
      'stage-create': false,
      properties: { 'format-version': '2' },
    },
    decode: (it) => decodeCreateTableRequest(it),
  },
  updateTable: { body: { identifier, ...commit }, decode: (it) => decodeCommitTableRequest(it) },
  commitTransaction: {
    body: { 'table-changes': [{ identifier, ...commit }] },
    decode: (it) => decodeCommitTransactionRequest(it),
  },
  registerTable: {
    body: {
      name: 'orders',
      'metadata-location': 's3://lake/orders/metadata/00000-x.metadata.json',
      overwrite: true,
    },
    decode: (it) => decodeRegisterTableRequest(it),
  },
  registerView: {
    body: { name: 'orders', 'metadata-location': 's3://lake/orders/metadata/00000-x.metadata.json' },
    decode: (it) => decodeRegisterViewRequest(it),
  },
  renameTable: {
    body: { source: identifier, destination: { namespace: ['sales'], name: 'paid' } },
    decode: (it) => decodeRenameRequest(it),
  },
  reportMetrics: { body: report, decode: (it) => decodeReportMetricsRequest(it) },
  createView: {
    body: {
      name: 'v',
      location: 's3://lake/v',
      schema: SCHEMA,
      'view-version': version,
      properties: { a: 'b' },
    },
    decode: (it) => decodeCreateViewRequest(it),
  },
  replaceView: {
    body: {
      identifier,
      requirements: [{ type: 'assert-view-uuid', uuid: '9c12d441-03fe-4693-9a96-a0705ddf69c1' }],
      updates: [
        { action: 'add-view-version', 'view-version': { ...version, 'version-id': 2 } },
        { action: 'set-current-view-version', 'view-version-id': -1 },
      ],
    },
    decode: (it) => decodeCommitViewRequest(it),
  },
}
