import type { HeadgateError } from '@headgate/errors'
import type { JsonObject } from '@headgate/json'

/**
 * Returns the body of an error response (Iceberg REST specification, `IcebergErrorResponse`), without a stack trace.
 *
 * @example errorBody(error) // { error: { message: 'Table does not exist: a.b', type: 'NoSuchTableException', code: 404 } }
 */
export function errorBody(error: HeadgateError): JsonObject {
  const { status, iceberg } = error.kind
  return { error: { message: error.message, type: iceberg, code: status } }
}
