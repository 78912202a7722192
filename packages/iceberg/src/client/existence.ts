import { isRestError } from './errors/error-classes.ts'

/** Returns true for a successful response and false for a 404. Throws every other error. */
export async function resolveExistence(response: Promise<unknown>): Promise<boolean> {
  try {
    await response
    return true
  } catch (error) {
    if (isRestError(error) && error.status === 404) return false
    throw error
  }
}
