import { memoize, type Memoized } from './memoize.ts'
import { keepIdentity, type Provenance } from './provenance.ts'
import { Secret } from './secret.ts'
import { checkToken } from './token-auth.ts'
import { jwtExpiry, whoOf } from './token-expiry.ts'
import type { Token } from './token.ts'
import { readTextFile } from './needs-node.ts'

/** How long what was read from a file is used before the file is read again. */
const READ_AGAIN_MS = 10_000

/** Where a token from a file comes from. */
export const ofFile: Provenance = { obtainedBy: 'file', renewableBy: ['file'] }

/**
 * Returns the tokens of a file, which is read again when it changes.
 *
 * @example
 * ```ts
 * const tokens = fileTokens('/var/run/secrets/token', 'rest.auth.acme.token-file', Date.now)
 * ```
 */
export function fileTokens(path: string, from: string, now: () => number): Memoized<Token> {
  return memoize<Token>(
    async (wait) => {
      const value = checkToken((await readTextFile(path, from, wait)).trim(), `The file of ${from}`)
      const expiresAt = jwtExpiry(value)
      return {
        value: new Secret(value),
        ...(expiresAt === undefined ? {} : { expiresAt }),
        provenance: { ...ofFile, ...whoOf(value) },
      }
    },
    {
      expiresAt: () => now() + READ_AGAIN_MS,
      accept: (before, next) => keepIdentity(before.provenance, next.provenance),
      now,
      minAgeMs: 0,
      timeoutMs: 5_000,
    },
  )
}
