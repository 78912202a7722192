import type { LoadedTable, Snapshot } from '@headgate/iceberg/client'

/** An integer that a JavaScript number cannot represent exactly. */
export const BIG = 9_007_199_254_740_993n

export const schema = {
  type: 'struct',
  fields: [
    { id: 1, name: 'id', type: 'long', required: true },
    { id: 2, name: 'item', type: 'string', required: false },
  ],
} as const

/**
 * Returns a snapshot that can be committed after the table's current snapshot. Its files do not exist, because catalogs
 * do not read them.
 */
export function snapshotOn({ metadata }: Pick<LoadedTable, 'metadata'>, id: bigint): Snapshot {
  const parent = metadata['current-snapshot-id']
  return {
    'snapshot-id': id,
    ...(parent === null ? {} : { 'parent-snapshot-id': parent }),
    'sequence-number': Number(metadata['last-sequence-number']) + 1,
    'timestamp-ms': Date.now(),
    'manifest-list': `${metadata.location}/metadata/snap-${id}.avro`,
    summary: { operation: 'append' },
    'schema-id': metadata['current-schema-id'],
  }
}
