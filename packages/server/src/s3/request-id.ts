import { randomBytes } from 'node:crypto'

/** What an answer is found by in the log, in the form that S3 gives it. */
export function newRequestId(): string {
  return randomBytes(10).toString('hex').toUpperCase()
}
