import { isRestError } from './errors/error-classes.ts'

/** Whether what was asked for is there: a 404 says no, and anything else that is wrong is an error. */
export async function existence(answer: Promise<unknown>): Promise<boolean> {
  try {
    await answer
    return true
  } catch (error) {
    if (isRestError(error) && error.status === 404) return false
    throw error
  }
}
