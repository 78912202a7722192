import { randomBytes } from 'node:crypto'

/** Creates the id that identifies a response in the log, in the form of S3. */
export function newRequestId(): string {
  return randomBytes(10).toString('hex').toUpperCase()
}
