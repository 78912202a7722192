import type { Json } from '@headgate/json'
import { checkNewSchema } from './check-new-schema.ts'
import { decodeSchema } from './decode-schema.ts'
import type { Schema } from './types.ts'

/**
 * Decodes a schema that a table or view is to get. It must be readable for every engine, beyond what `decodeSchema`
 * asks of the schemas that tables have already.
 *
 * @throws {HeadgateError} bad-request
 */
export function decodeNewSchema(value: Json | undefined): Schema {
  const schema = decodeSchema(value)
  checkNewSchema(schema)
  return schema
}
