import { AuthError } from '../auth-error.ts'

/**
 * Creates the error for a Google credential that cannot be used.
 *
 * @param property property or variable that contains the credentials or names their file
 */
export function credentialError(property: string, why: string): AuthError {
  return new AuthError('configuration', `The credentials of ${property} cannot be used: ${why}`, {
    property,
  })
}
