import { randomBytes } from 'node:crypto'

/** Creates a random request id, in the format of S3, that identifies the request in the log and in the response. */
export function newRequestId(): string {
  return randomBytes(10).toString('hex').toUpperCase()
}
