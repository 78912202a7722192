// Valid updates for each action.
import type { JsonObject } from '@headgate/json'
import {
  addSnapshot,
  BIG,
  field,
  orderJson,
  OTHER_UUID,
  schemaJson,
  setRef,
  snapshot,
  sortBy,
  specJson,
  UUID,
} from './tables.ts'
import type { TableUpdateAction } from '../../src/metadata/update/types.ts'

const nested = (levels: number): JsonObject => {
  let type: JsonObject = { type: 'struct', fields: [] }
  for (let id = 2; id < levels + 2; id++)
    type = { type: 'list', 'element-id': id, element: type, 'element-required': true }
  return schemaJson([field(1, 'id', type)])
}
const map = {
  type: 'map',
  'key-id': 3,
  key: 'string',
  'value-id': 4,
  value: 'unknown',
  'value-required': false,
}
const statistics = {
  'snapshot-id': BIG,
  'statistics-path': 's3://p',
  'file-size-in-bytes': 1,
  'file-footer-size-in-bytes': 1,
  'blob-metadata': [
    { type: 't', 'snapshot-id': BIG, 'sequence-number': 1, fields: [1], properties: { a: 'b' } },
  ],
}
const key = {
  'key-id': 'k',
  'encrypted-key-metadata': 'AAEC',
  'encrypted-by-id': 'l',
  properties: { a: 'b' },
}

/** Examples by action, so that the compiler reports an action without an example. */
const byAction: Readonly<Record<TableUpdateAction, readonly JsonObject[]>> = {
  'assign-uuid': [{ uuid: UUID }, { uuid: OTHER_UUID }],
  'upgrade-format-version': [{ 'format-version': 3 }],
  'set-location': [{ location: 's3://lake/u/' }],
  'add-schema': [
    { schema: schemaJson([field(1, 'id', 'double', { 'write-default': 1.5 }), field(2, 'm', map)]) },
    { schema: nested(98) },
    { schema: nested(99) },
  ],
  'set-current-schema': [{ 'schema-id': -1 }],
  'remove-schemas': [{ 'schema-ids': [1] }],
  'add-spec': [{ spec: specJson({ name: 'p', transform: 'bucket[4]', 'source-id': 1 }) }],
  'set-default-spec': [{ 'spec-id': -1 }],
  'remove-partition-specs': [{ 'spec-ids': [1] }],
  'add-sort-order': [{ 'sort-order': orderJson(sortBy(1)) }],
  'set-default-sort-order': [{ 'sort-order-id': -1 }],
  'add-snapshot': [
    addSnapshot(7, {
      'sequence-number': 9,
      'first-row-id': 100,
      'added-rows': 5,
      'schema-id': 0,
      'key-id': 'k',
    }),
    addSnapshot(-1, { 'sequence-number': 9, 'first-row-id': 100, 'added-rows': 5 }),
    {
      snapshot: {
        ...snapshot(8),
        'parent-snapshot-id': null,
        manifests: ['s3://m'],
        'first-row-id': 100,
        'added-rows': 0,
      },
    },
  ],
  'remove-snapshots': [{ 'snapshot-ids': [BIG] }],
  'set-snapshot-ref': [setRef('main', 7), setRef('main', -1), setRef('b', BIG, { 'max-ref-age-ms': 5 })],
  'remove-snapshot-ref': [{ 'ref-name': 'main' }],
  'set-properties': [{ updates: { a: 'b' } }],
  'remove-properties': [{ removals: ['a'] }],
  'set-statistics': [{ statistics }],
  'remove-statistics': [{ 'snapshot-id': BIG }],
  'set-partition-statistics': [
    { 'partition-statistics': { 'snapshot-id': BIG, 'statistics-path': 's3://p', 'file-size-in-bytes': 1 } },
  ],
  'remove-partition-statistics': [{ 'snapshot-id': BIG }],
  'add-encryption-key': [{ 'encryption-key': key }],
  'remove-encryption-key': [{ 'key-id': 'k' }],
}

export const updateExamples: readonly JsonObject[] = Object.entries(byAction).flatMap(([action, examples]) =>
  examples.map((example) => ({ ...example, action })),
)
