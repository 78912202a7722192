import { HeadgateError } from '@headgate/errors'
import { parsePrimitive } from '../../metadata/schema/primitive.ts'
import type { NestedField, Schema } from '../../metadata/schema/types.ts'
import type { TableMetadata } from '../../metadata/types.ts'

/** A column to add. It has a primitive type, and is null in existing rows. */
export interface NewColumn {
  readonly name: string
  readonly type: string
  readonly doc?: string | undefined
}

/**
 * Returns the current schema of a table with further optional columns, whose ids follow the last id of the table.
 *
 * @throws {HeadgateError} bad-request, for an unknown type or a name that the schema contains
 */
export function addColumns(
  { schemas, 'current-schema-id': current, 'last-column-id': last }: TableMetadata,
  columns: readonly NewColumn[],
): Schema {
  const schema = schemas.find((each) => each['schema-id'] === current)
  if (schema === undefined)
    throw new HeadgateError('bad-request', `The table has no schema with the id ${current}`)
  const fields: NestedField[] = [...schema.fields]
  for (const [index, { name, type, doc }] of columns.entries()) {
    if (fields.some((field) => field.name === name))
      throw new HeadgateError(
        'bad-request',
        `The table already has a column ${JSON.stringify(name)}: choose another name`,
      )
    const { text } = parsePrimitive(type)
    fields.push({
      id: last + 1 + index,
      name,
      required: false,
      type: text,
      ...(doc !== undefined && { doc }),
    })
  }
  return { ...schema, fields }
}
