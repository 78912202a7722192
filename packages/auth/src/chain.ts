import type { WaitOptions } from './auth-provider.ts'
import { AuthError, isAuthError } from './auth-error.ts'

/** Something that can be asked for credentials. */
export type Source<T> = (options?: WaitOptions) => Promise<T>

/**
 * Asks one source after another. Only an AuthError `not-here` moves on to the next; every other error is the answer,
 * so that credentials which are there but broken are not silently replaced by others.
 *
 * @throws AuthError `not-here` with what each source said, when all are through.
 *
 * @example
 * ```ts
 * const credentials = chain(fromEnvironment, fromProfile, fromInstance)
 * ```
 */
export function chain<T>(...sources: readonly Source<T>[]): Source<T> {
  return async (options = {}) => {
    const said: string[] = []
    for (const source of sources) {
      options.signal?.throwIfAborted()
      try {
        return await source(options)
      } catch (error) {
        if (!isAuthError(error, 'not-here')) throw error
        said.push(error.message)
      }
    }
    throw new AuthError('not-here', `No credentials were found: ${said.join('; ')}`)
  }
}
