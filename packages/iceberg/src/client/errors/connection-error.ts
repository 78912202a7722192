import { HttpConnectionError } from '@headgate/http'

/** The catalog did not respond: it could not be reached, the connection broke, or a time limit was exceeded. */
export class IcebergConnectionError extends HttpConnectionError {
  override readonly name = 'IcebergConnectionError'
}
