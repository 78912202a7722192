import { HttpConnectionError } from '@headgate/http'

/**
 * Error for a request without a response: the namespace could not be reached, the connection broke, or no byte was
 * sent or received for too long.
 */
export class LanceConnectionError extends HttpConnectionError {
  override readonly name = 'LanceConnectionError'
}
