import { HttpConnectionError } from '@headgate/http'

/**
 * Error for a request without a response: the catalog could not be reached, the connection broke, or a time limit was
 * exceeded.
 */
export class IcebergConnectionError extends HttpConnectionError {
  override readonly name = 'IcebergConnectionError'
}
