import { join } from 'node:path'
import type { Program } from './replicas.ts'

/**
 * Returns the server program of the older version: of the checkout in `HEADGATE_OLDER_CHECKOUT`, or of this version.
 * `npm run test:upgrade` sets the variable.
 */
export function findOlderProgram(): Program {
  const checkout = process.env['HEADGATE_OLDER_CHECKOUT']
  return checkout === undefined ? undefined : join(checkout, 'packages/server/src/main.ts')
}
