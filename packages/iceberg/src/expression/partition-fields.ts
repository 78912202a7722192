import type { PartitionSpec } from '../metadata/partition/types.ts'
import { parsePrimitive, type Primitive } from '../metadata/schema/primitive.ts'
import { schemaIndex } from '../metadata/schema/schema-index.ts'
import type { Schema } from '../metadata/schema/types.ts'
import { transformedType } from './transform.ts'

/** Field of a partition spec whose source column and transform are known. */
export interface BoundPartitionField {
  readonly fieldId: number
  readonly sourceId: number
  readonly sourceType: Primitive
  /** Transform in canonical text. */
  readonly transform: string
  /** Type of the partition values. */
  readonly type: Primitive
}

/**
 * Returns the fields of a partition spec, in their order. Null stands for a field by which no row is excluded: its
 * transform is `void` or unknown, or its source column is no longer in the schemas.
 *
 * @param schemas schemas of the table, the current one first
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
