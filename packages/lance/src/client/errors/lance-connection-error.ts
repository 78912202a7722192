import { HttpConnectionError } from '@headgate/http'

/** The namespace did not respond: it could not be reached, the connection broke, or nothing moved for too long. */
export class LanceConnectionError extends HttpConnectionError {
  override readonly name = 'LanceConnectionError'
}
