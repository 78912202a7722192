import type { PartitionSpec } from '../metadata/partition/types.ts'
import { parsePrimitive, type Primitive } from '../metadata/schema/primitive.ts'
import { schemaIndex } from '../metadata/schema/schema-index.ts'
import type { Schema } from '../metadata/schema/types.ts'
import { transformedType } from './transform.ts'

/** Partition field with its source column, its transform and the type of its values. */
export interface BoundPartitionField {
  readonly fieldId: number
  readonly sourceId: number
  readonly sourceType: Primitive
  /** Transform in the canonical form of the specification, such as `bucket[16]`. */
  readonly transform: string
  /** Type of the values of the partition field. */
  readonly type: Primitive
}

/**
 * Resolves the fields of a partition spec in the schemas of a table. Returns the fields in the order of the spec.
 * Null replaces a field that cannot exclude files from a scan, because its transform is `void` or unknown, or no
 * schema contains its source column.
 *
 * @param schemas schemas of the table, the current one first
 * @example
 * ```ts
 * const fields = [{ id: 1, name: 'id', type: 'long', required: true }] as const
 * const schema = { type: 'struct', 'schema-id': 0, fields } as const
 * const spec = { 'spec-id': 0, fields: [{ 'source-id': 1, 'field-id': 1000, name: 'part', transform: 'bucket[4]' }] }
 * bindPartitionFields(spec, [schema])[0]?.type.kind // 'int'
 * ```
 */
export function bindPartitionFields(
  spec: PartitionSpec,
  schemas: readonly Schema[],
): readonly (BoundPartitionField | null)[] {
  return spec.fields.map((field) => {
    const sourceId = field['source-id'] ?? field['source-ids']?.[0]
    const fieldId = field['field-id']
    if (sourceId === undefined || fieldId === undefined || (field['source-ids']?.length ?? 1) > 1) return null
    const source = schemas
      .map((schema) => schemaIndex(schema).byId.get(sourceId))
      .find((found) => found !== undefined)
    if (source === undefined || typeof source.type !== 'string') return null
    const sourceType = parsePrimitive(source.type)
    const type = transformedType(field.transform, sourceType)
    return type === null ? null : { fieldId, sourceId, sourceType, transform: field.transform, type }
  })
}
