import { isRestError } from '@headgate/iceberg/client'
import { oneLine } from './describe-response.ts'

/** Returns a description of an error of an HTTP or catalog client, in one line. */
export function describeError(error: unknown): string {
  if (!isRestError(error)) return oneLine(error instanceof Error ? error.message : String(error))
  return `status ${error.status}${error.type === null ? '' : ` ${error.type}`}: ${oneLine(error.message)}`
}
