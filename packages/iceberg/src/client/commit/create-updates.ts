import type { TableMetadata } from '../../metadata/types.ts'
import type { TableUpdate } from '../../metadata/update/types.ts'

/**
 * Returns the updates with which the first commit creates a staged table, in the order in which Iceberg for Java
 * sends these updates.
 */
export function toCreateUpdates(staged: TableMetadata): readonly TableUpdate[] {
  const { location, properties } = staged
  const uuid = staged['table-uuid']
  const schema = staged.schemas.find((each) => each['schema-id'] === staged['current-schema-id'])
  const spec = staged['partition-specs'].find((each) => each['spec-id'] === staged['default-spec-id'])
  const order = staged['sort-orders'].find((each) => each['order-id'] === staged['default-sort-order-id'])
  return [
    ...(uuid === undefined ? [] : [{ action: 'assign-uuid', uuid } as const]),
    { action: 'upgrade-format-version', 'format-version': staged['format-version'] },
    ...(schema === undefined ? [] : [{ action: 'add-schema', schema } as const]),
    { action: 'set-current-schema', 'schema-id': -1 },
    ...(spec === undefined ? [] : [{ action: 'add-spec', spec } as const]),
    { action: 'set-default-spec', 'spec-id': -1 },
    ...(order === undefined ? [] : [{ action: 'add-sort-order', 'sort-order': order } as const]),
    { action: 'set-default-sort-order', 'sort-order-id': -1 },
    { action: 'set-location', location },
    ...(Object.keys(properties).length === 0
      ? []
      : [{ action: 'set-properties', updates: properties } as const]),
  ]
}
