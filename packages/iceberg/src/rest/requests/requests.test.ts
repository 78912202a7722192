import type { Json, JsonObject } from '@headgate/json'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyJson, damaged, outcome } from '../../../test/view/views.ts'
import { decodeCommitTableRequest } from './commit-table.ts'
import { decodeCommitTransactionRequest } from './commit-transaction.ts'
import { decodeCommitViewRequest } from './commit-view.ts'
import { decodeCreateNamespaceRequest } from './create-namespace.ts'
import { decodeCreateTableRequest } from './create-table.ts'
import { decodeCreateViewRequest } from './create-view.ts'
import { decodeRegisterTableRequest } from './register-table.ts'
import { decodeRegisterViewRequest } from './register-view.ts'
import { decodeRenameRequest } from './rename.ts'
import { decodeReportMetricsRequest } from './report-metrics.ts'
import { decodeUpdateNamespacePropertiesRequest } from './update-namespace-properties.ts'

const schema = {
  type: 'struct',
  'schema-id': 0,
  fields: [{ id: 1, name: 'x', required: false, type: 'long' }],
}
const viewVersion = {
  'version-id': 1,
  'timestamp-ms': 1_573_518_431_292,
  'schema-id': -1,
  summary: {},
  'default-namespace': [],
  representations: [{ type: 'sql', sql: 'select 1', dialect: 'spark' }],
}
const uuid = 'fa6506c3-7681-40c8-86dc-e36561f83385'
const identifier = { namespace: ['ns'], name: 'tbl' }
const commit = {
  identifier,
  requirements: [{ type: 'assert-table-uuid', uuid }],
  updates: [{ action: 'set-properties', updates: { a: 'b' } }],
}

interface Request {
  readonly decode: (value: Json) => unknown
  readonly body: JsonObject
  readonly decoded: unknown
  /** Invalid request bodies, each with the expected error message. */
  readonly refused: readonly (readonly [JsonObject | Json, string])[]
}

const requests: Readonly<Record<string, Request>> = {
  createNamespace: {
    decode: decodeCreateNamespaceRequest,
    body: { namespace: ['accounting', 'tax'], properties: { owner: 'Hank' } },
    decoded: { namespace: ['accounting', 'tax'], properties: { owner: 'Hank' } },
    refused: [
      [{}, 'Invalid request body: missing field namespace'],
      [{ namespace: [] }, 'Invalid namespace: must have at least one level'],
      [{ namespace: ['a', '..'] }, 'Invalid namespace: ".." is reserved'],
      [{ namespace: ['a'], properties: [] }, 'Invalid properties: expected an object, found an array'],
      [
        { namespace: ['a'], properties: { n: 1 } },
        'Invalid properties["n"]: expected a string, found a number',
      ],
    ],
  },
  updateProperties: {
    decode: decodeUpdateNamespacePropertiesRequest,
    body: { removals: ['a', 'b', 'a'], updates: { owner: 'Hank' } },
    decoded: { removals: ['a', 'b'], updates: { owner: 'Hank' } },
    refused: [
      [{ removals: 'a' }, 'Invalid removals: expected an array, found a string'],
      [{ removals: [null] }, 'Invalid removals[0]: expected a string, found null'],
      [{ updates: { a: null } }, 'Invalid updates["a"]: expected a string, found null'],
    ],
  },
  createTable: {
    decode: decodeCreateTableRequest,
    body: {
      name: 'tbl',
      location: 's3://b/t',
      schema,
      'partition-spec': { 'spec-id': 0, fields: [{ 'source-id': 1, transform: 'identity', name: 'x' }] },
      'write-order': { 'order-id': 0, fields: [] },
      'stage-create': true,
      properties: { a: 'b' },
    },
    decoded: {
      name: 'tbl',
      location: 's3://b/t',
      schema,
      partitionSpec: { 'spec-id': 0, fields: [{ 'source-id': 1, transform: 'identity', name: 'x' }] },
      writeOrder: { 'order-id': 0, fields: [] },
      stageCreate: true,
      properties: { a: 'b' },
    },
    refused: [
      [{ schema }, 'Invalid request body: missing field name'],
      [{ name: 'a\u001fb', schema }, 'Invalid name: "a\\u001fb" has a control character'],
      [{ name: 'tbl' }, 'Invalid request body: missing field schema'],
      [{ name: 'tbl', schema, location: '' }, 'Invalid location: must not be empty'],
      [
        { name: 'tbl', schema, 'stage-create': 'yes' },
        'Invalid stage-create: expected true or false, found a string',
      ],
      [
        { name: 'tbl', schema, 'partition-spec': [] },
        'Invalid partition-spec: expected an object, found an array',
      ],
    ],
  },
  registerTable: {
    decode: decodeRegisterTableRequest,
    body: { name: 'tbl', 'metadata-location': 's3://b/t/metadata/1.json', overwrite: true },
    decoded: { name: 'tbl', metadataLocation: 's3://b/t/metadata/1.json', overwrite: true },
    refused: [
      [{ name: 'tbl' }, 'Invalid request body: missing field metadata-location'],
      [{ name: 'tbl', 'metadata-location': '' }, 'Invalid metadata-location: must not be empty'],
      [
        { name: 'tbl', 'metadata-location': 's3://b', overwrite: 1 },
        'Invalid overwrite: expected true or false, found a number',
      ],
    ],
  },
  rename: {
    decode: decodeRenameRequest,
    body: { source: identifier, destination: { namespace: ['other', 'ns'], name: 'tbl2' } },
    decoded: { source: identifier, destination: { namespace: ['other', 'ns'], name: 'tbl2' } },
    refused: [
      [{ destination: identifier }, 'Invalid request body: missing field source'],
      [{ source: identifier }, 'Invalid request body: missing field destination'],
      [{ source: identifier, destination: { namespace: ['a'] } }, 'Invalid destination: missing field name'],
    ],
  },
  updateTable: {
    decode: (value) => decodeCommitTableRequest(value),
    body: commit,
    decoded: commit,
    refused: [
      [{ ...commit, updates: {} }, 'Invalid updates: expected an array, found an object'],
      [{ ...commit, identifier: {} }, 'Invalid identifier: missing field namespace'],
      [
        {
          updates: [
            { action: 'set-snapshot-ref', 'ref-name': 'é'.repeat(128), type: 'tag', 'snapshot-id': 1 },
          ],
        },
        'Invalid updates[0].ref-name: must not be longer than 255 bytes',
      ],
      [
        { ...commit, updates: [{ action: 'nonsense' }] },
        'Invalid updates[0].action: unknown table update "nonsense"',
      ],
      [
        { updates: [{ action: 'remove-schemas', 'schema-ids': [1, 2, '3'] }] },
        'Invalid updates[0].schema-ids[2]: expected a 32-bit integer, found a string',
      ],
      [
        {
          updates: [
            { action: 'remove-properties', removals: [] },
            {
              action: 'add-schema',
              schema: {
                type: 'struct',
                fields: [
                  { id: 1, name: 'a', required: true, type: 'int' },
                  { id: 2, name: 'b', required: true, type: { type: 'list', element: 'text' } },
                ],
              },
            },
          ],
        },
        'Invalid updates[1].schema.fields[1].type: missing field element-id',
      ],
      [
        { ...commit, requirements: [{ type: 'assert-luck' }] },
        'Invalid requirements[0].type: unknown table requirement "assert-luck"',
      ],
    ],
  },
  commitTransaction: {
    decode: decodeCommitTransactionRequest,
    body: { 'table-changes': [commit, { ...commit, identifier: { namespace: ['ns'], name: 'tbl2' } }] },
    decoded: { tableChanges: [commit, { ...commit, identifier: { namespace: ['ns'], name: 'tbl2' } }] },
    refused: [
      [{}, 'Invalid request body: missing field table-changes'],
      [{ 'table-changes': [] }, 'Invalid table-changes: must not be empty'],
      [
        {
          'table-changes': [
            commit,
            { updates: [{ action: 'add-snapshot', snapshot: { 'snapshot-id': '1' } }] },
          ],
        },
        'Invalid table-changes[1].updates[0].snapshot.snapshot-id: expected a 64-bit integer, found a string',
      ],
      [{ 'table-changes': [commit, { updates: [] }] }, 'Invalid table-changes[1]: missing field identifier'],
      [
        { 'table-changes': [commit, { ...commit, identifier: null }] },
        'Invalid table-changes[1]: missing field identifier',
      ],
      [{ 'table-changes': [commit, commit] }, 'Invalid table-changes: ns.tbl is changed more than once'],
      [
        { 'table-changes': [{ ...commit, requirements: 1 }] },
        'Invalid table-changes[0].requirements: expected an array, found a number',
      ],
    ],
  },
  createView: {
    decode: decodeCreateViewRequest,
    body: { name: 'v', location: 's3://b/v', schema, 'view-version': viewVersion, properties: { a: 'b' } },
    decoded: { name: 'v', location: 's3://b/v', schema, viewVersion, properties: { a: 'b' } },
    refused: [
      [{ name: 'v', schema }, 'Invalid request body: missing field view-version'],
      [{ name: 'v', 'view-version': viewVersion }, 'Invalid request body: missing field schema'],
      [
        { name: 'v', schema, 'view-version': { ...viewVersion, summary: null } },
        'Invalid view-version.summary: expected an object, found null',
      ],
    ],
  },
  replaceView: {
    decode: decodeCommitViewRequest,
    body: {
      identifier,
      requirements: [{ type: 'assert-view-uuid', uuid }],
      updates: [{ action: 'add-view-version', 'view-version': viewVersion }],
    },
    decoded: {
      identifier,
      requirements: [{ type: 'assert-view-uuid', uuid }],
      updates: [{ action: 'add-view-version', 'view-version': viewVersion }],
    },
    refused: [
      [{ updates: [{ action: 'nonsense' }] }, 'Invalid updates[0].action: unknown view update "nonsense"'],
      [
        { requirements: [{ type: 'assert-create' }] },
        'Invalid requirements[0].type: unknown view requirement "assert-create"',
      ],
    ],
  },
  registerView: {
    decode: decodeRegisterViewRequest,
    body: { name: 'v', 'metadata-location': 's3://b/v/metadata/1.gz.metadata.json' },
    decoded: { name: 'v', metadataLocation: 's3://b/v/metadata/1.gz.metadata.json' },
    refused: [
      [{ 'metadata-location': 's3://b' }, 'Invalid request body: missing field name'],
      [
        { name: 'v', 'metadata-location': 7n },
        'Invalid metadata-location: expected a string, found a number',
      ],
    ],
  },
  reportMetrics: {
    decode: decodeReportMetricsRequest,
    body: {
      'report-type': 'commit-report',
      'table-name': 'ns.tbl',
      'snapshot-id': 3_055_729_675_574_597_004n,
      'sequence-number': 4,
      operation: 'append',
      metrics: { 'total-duration': { count: 1, 'time-unit': 'nanoseconds', 'total-duration': 5 } },
    },
    decoded: {
      reportType: 'commit-report',
      report: {
        'report-type': 'commit-report',
        'table-name': 'ns.tbl',
        'snapshot-id': 3_055_729_675_574_597_004n,
        'sequence-number': 4,
        operation: 'append',
        metrics: { 'total-duration': { count: 1, 'time-unit': 'nanoseconds', 'total-duration': 5 } },
      },
    },
    refused: [
      [{}, 'Invalid request body: missing field report-type'],
      [{ 'report-type': 'scan-report' }, 'Invalid request body: missing field table-name'],
      [
        { 'report-type': 'scan-report', 'table-name': 't', 'snapshot-id': '1', metrics: {} },
        'Invalid snapshot-id: expected a 64-bit integer, found a string',
      ],
    ],
  },
}

describe.each(Object.entries(requests))('%s', (_, { decode, body, decoded, refused }) => {
  test('a valid request body is decoded, and unknown members are ignored', () => {
    expect(decode(body)).toMatchObject(decoded as object)
    expect(() => decode({ ...body, 'x-unknown': { any: [1] } })).not.toThrow()
  })

  test.each(refused.map(([value, message]) => ({ value, message })))(
    'a wrong request body is refused with $message',
    ({ value, message }) => {
      expect(() => decode(value)).toThrow(expect.objectContaining({ code: 'bad-request', message }))
    },
  )

  test('a request body that is not an object is refused', () => {
    for (const value of [null, [], 'text', 1, true]) {
      expect(() => decode(value)).toThrow(/^Invalid request body: expected an object, found /)
    }
  })

  test('any JSON value is either decoded as a request body or refused with a HeadgateError', () => {
    fc.assert(
      fc.property(fc.oneof(anyJson, damaged(body)), (value) => {
        outcome(() => decode(value))
      }),
      { numRuns: 500 },
    )
  })
})

test('missing members of a request body get their default values', () => {
  expect(decodeCreateNamespaceRequest({ namespace: ['a'] }).properties).toEqual({})
  expect(decodeUpdateNamespacePropertiesRequest({})).toEqual({ removals: [], updates: {} })
  expect(decodeRegisterTableRequest({ name: 'a', 'metadata-location': 'b' }).overwrite).toBe(false)
  expect(decodeCommitViewRequest({})).toEqual({ identifier: undefined, requirements: [], updates: [] })
  expect(decodeCommitTableRequest({})).toEqual({ identifier: undefined, requirements: [], updates: [] })
  expect(decodeCreateTableRequest({ name: 'a', schema })).toMatchObject({
    location: undefined,
    partitionSpec: undefined,
    writeOrder: undefined,
    stageCreate: false,
    properties: {},
  })
})

test('a property key that a request both sets and removes causes the error unprocessable', () => {
  expect(() =>
    decodeUpdateNamespacePropertiesRequest({ removals: ['a', 'b', 'b'], updates: { b: '1', c: '2' } }),
  ).toThrow(
    expect.objectContaining({
      code: 'unprocessable',
      message:
        'Invalid updates: the keys "b" are also in removals. Send each key in only one of the two lists.',
    }),
  )
  // This name is an inherited member of every object, and not a key of the updates.
  expect(() =>
    decodeUpdateNamespacePropertiesRequest({ removals: ['constructor'], updates: {} }),
  ).not.toThrow()
})

test('a request can omit the id of a new partition spec', () => {
  const fields = [{ 'source-id': 1, transform: 'identity', name: 'x' }]
  const { partitionSpec } = decodeCreateTableRequest({ name: 'a', schema, 'partition-spec': { fields } })
  expect(partitionSpec).toMatchObject({ 'spec-id': 0, fields })
})

test('a metrics report of an unknown kind is kept unchanged', () => {
  expect(decodeReportMetricsRequest({ 'report-type': 'view-report', n: 1 })).toEqual({
    reportType: 'unknown',
    report: { 'report-type': 'view-report', n: 1 },
  })
})
