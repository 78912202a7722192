import type { Json } from '@headgate/json'
import { checkFullNames } from './check-full-names.ts'
import { checkNewSchema } from './check-new-schema.ts'
import { decodeFields } from './decode-schema.ts'
import { checkIdentifierFields } from './identifier-fields.ts'
import { schemaIndex } from './schema-index.ts'
import type { Schema } from './types.ts'

/**
 * Decodes a new schema of a table or view. In addition to `decodeSchema`, which also reads existing schemas, checks that
 * all engines can read the schema.
 *
 * @throws {HeadgateError} bad-request
 */
export function decodeNewSchema(value: Json | undefined): Schema {
  const schema = decodeFields(value)
  checkFullNames(schema)
  checkIdentifierFields(schema, schemaIndex(schema))
  checkNewSchema(schema)
  return schema
}
