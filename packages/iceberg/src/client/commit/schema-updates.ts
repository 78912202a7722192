import { sameSchema } from '../../metadata/schema/same-schema.ts'
import type { Schema } from '../../metadata/schema/types.ts'

type SchemaUpdate =
  | { readonly action: 'add-schema'; readonly schema: Schema }
  | { readonly action: 'set-current-schema'; readonly 'schema-id': number }

/**
 * Returns the updates that make a schema the current schema of a table. If the table already contains an equal
 * schema, the update selects its id: servers do not add an equal schema again, and would then refuse the id -1, which
 * refers to the last added schema.
 */
export function toSchemaUpdates(schemas: readonly Schema[], schema: Schema): readonly SchemaUpdate[] {
  const id = findSchemaId(schemas, schema)
  if (id !== undefined) return [{ action: 'set-current-schema', 'schema-id': id }]
  return [
    { action: 'add-schema', schema },
    { action: 'set-current-schema', 'schema-id': -1 },
  ]
}

/** Returns the id of the schema in the list that equals `schema`, or undefined. */
export const findSchemaId = (schemas: readonly Schema[], schema: Schema): number | undefined =>
  schemas.find((each) => sameSchema(each, schema))?.['schema-id']
