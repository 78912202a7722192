import { AuthError } from '../auth-error.ts'

/** The error for a property that is missing, wrong or too many, by its whole name. */
export function wrongProperty(prefix: string, name: string, why: string): AuthError {
  const property = `${prefix}${name}`
  return new AuthError('configuration', `${property}: ${why}`, { property })
}
