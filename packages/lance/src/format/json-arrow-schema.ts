import type { JsonArrowDataType, JsonArrowField, JsonArrowSchema } from '../model/wire/arrow-schema.ts'
import type { Manifest } from './manifest.ts'
import type { ManifestField } from './manifest-field.ts'

/** Type names of the Lance Namespace protocol, for the type names of Lance that differ from them. */
const names: Readonly<Record<string, string>> = {
  string: 'utf8',
  large_string: 'large_utf8',
  halffloat: 'float16',
  float: 'float32',
  double: 'float64',
}

/**
 * Converts the columns of a manifest to a schema of the Lance Namespace protocol (`JsonArrowSchema`).
 *
 * @example
 * ```ts
 * const id = { id: 0, parentId: -1, name: 'id', logicalType: 'int64', nullable: true, metadata: {} }
 * toJsonArrowSchema({ fields: [id], schemaMetadata: {} }).fields.length // 1
 * ```
 */
export function toJsonArrowSchema({
  fields,
  schemaMetadata,
}: Pick<Manifest, 'fields' | 'schemaMetadata'>): JsonArrowSchema {
  const children = Map.groupBy(fields, ({ parentId }) => parentId)
  const convert = (field: ManifestField): JsonArrowField => {
    const { name, nullable, metadata } = field
    const nested = (field.id < 0 ? [] : (children.get(field.id) ?? [])).map(convert)
    const type = toDataType(field.logicalType, nested)
    return { name, nullable, type, ...(Object.keys(metadata).length === 0 ? {} : { metadata }) }
  }
  return {
    fields: (children.get(-1) ?? []).map(convert),
    ...(Object.keys(schemaMetadata).length === 0 ? {} : { metadata: schemaMetadata }),
  }
}

function toDataType(logicalType: string, nested: readonly JsonArrowField[]): JsonArrowDataType {
  const [base = '', ...parameters] = logicalType.split(':')
  switch (base) {
    case 'list.struct':
    case 'large_list.struct':
      return { type: base.slice(0, -'.struct'.length), fields: nested }
    case 'list':
    case 'large_list':
    case 'struct':
    case 'map':
      return { type: base, fields: nested }
    case 'fixed_size_list': {
      const item = parameters.slice(0, -1).join(':')
      const fields = nested.length > 0 ? nested : [itemField(item)]
      return { type: base, fields, length: Number(parameters.at(-1)) }
    }
    case 'fixed_size_binary':
      return { type: base, length: Number(parameters[0]) }
    // The protocol encodes the precision and the scale in the one number `length`: precision × 1000 + scale.
    case 'decimal':
      return { type: `decimal${parameters[0]}`, length: Number(parameters[1]) * 1000 + Number(parameters[2]) }
    case 'dict':
      return toDataType(parameters[0] ?? '', [])
    default:
      return { type: names[base] ?? base }
  }
}

const itemField = (logicalType: string): JsonArrowField => ({
  name: 'item',
  nullable: true,
  type: toDataType(logicalType, []),
})
