import type { HeadgateError } from '@headgate/errors'
import type { JsonObject } from '@headgate/json'

/**
 * The body of an error answer (Iceberg REST specification, `IcebergErrorResponse`). Never a stack.
 *
 * @example errorBody(error) // { error: { message: 'Table does not exist: a.b', type: 'NoSuchTableException', code: 404 } }
 */
export function errorBody(error: HeadgateError): JsonObject {
  const { status, iceberg } = error.kind
  return { error: { message: error.message, type: iceberg, code: status } }
}
