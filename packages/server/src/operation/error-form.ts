import type { HeadgateError } from '@headgate/errors'

/** Error body of a protocol, for the requests below its path. Other requests have the error body of Iceberg. */
export interface ErrorForm {
  /** Returns whether errors of requests to this undecoded path have this form. */
  matches(path: string): boolean
  /** Returns the response body for an error, as JSON text. */
  encode(error: HeadgateError, requestId: string): string
}
