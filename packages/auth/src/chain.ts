import type { WaitOptions } from '@headgate/http'
import { AuthError, isAuthError } from './auth-error.ts'

/** A function that returns credentials, or throws an AuthError `not-here` if it has none. */
export type Source<T> = (options?: WaitOptions) => Promise<T>

/**
 * Returns a source that asks the passed sources in sequence. After an AuthError `not-here`, it asks the next source. It
 * throws every other error, so that other credentials do not silently replace invalid credentials.
 *
 * @throws {AuthError} not-here, with the message of each source, when no source has credentials
 *
 * @example
 * ```ts
 * const token = chain(async () => 'first', async () => 'second')
 * await token() // 'first'
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
