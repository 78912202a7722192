import { sameSchema } from '../../metadata/schema/same-schema.ts'
import type { Schema } from '../../metadata/schema/types.ts'

type SchemaUpdate =
  | { readonly action: 'add-schema'; readonly schema: Schema }
  | { readonly action: 'set-current-schema'; readonly 'schema-id': number }

/**
 * Makes a schema the current one of a table. One that is there already is not added again: servers take "the last one
 * added" for a mistake then.
 */
export function schemaUpdates(schemas: readonly Schema[], schema: Schema): readonly SchemaUpdate[] {
  const known = knownSchema(schemas, schema)
  if (known !== undefined) return [{ action: 'set-current-schema', 'schema-id': known }]
  return [
    { action: 'add-schema', schema },
    { action: 'set-current-schema', 'schema-id': -1 },
  ]
}

/** The id of a schema that says the same. */
export const knownSchema = (schemas: readonly Schema[], schema: Schema): number | undefined =>
  schemas.find((each) => sameSchema(each, schema))?.['schema-id']
