import { AuthError } from '../auth-error.ts'

/** Creates the error for a property that is missing, invalid, or in conflict with another property. */
export function wrongProperty(prefix: string, name: string, why: string): AuthError {
  const property = `${prefix}${name}`
  return new AuthError('configuration', `${property}: ${why}`, { property })
}
