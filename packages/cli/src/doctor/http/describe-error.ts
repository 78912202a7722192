import { isRestError } from '@headgate/iceberg/client'
import { oneLine } from './describe-response.ts'

/** Returns a description, in one line, of an error that an HTTP client or a catalog client has thrown. */
export function describeError(error: unknown): string {
  if (!isRestError(error)) return oneLine(error instanceof Error ? error.message : String(error))
  return `status ${error.status}${error.type === null ? '' : ` ${error.type}`}: ${oneLine(error.message)}`
}
