import { memoize, type Memoized } from './memoize.ts'
import { keepIdentity, type Provenance } from './provenance.ts'
import { Secret } from './secret.ts'
import { checkToken } from './token-auth.ts'
import { jwtExpiry, jwtProvenance } from './token-expiry.ts'
import type { Token } from './token.ts'
import { readTextFile } from './needs-node.ts'

/** Time after which a file is read again, in ms. */
const MAX_AGE_MS = 10_000

/** Provenance of a token that was read from a file. */
export const fileProvenance: Provenance = { obtainedBy: 'file', renewableBy: ['file'] }

/**
 * Returns a source of the token in a file. The file is read again after 10 s, or when the server refuses the token.
 *
 * @param property names the file in error messages
 * @param now returns the current time in epoch ms
 *
 * @example
 * ```ts
 * const tokens = fileTokens('/var/run/secrets/token', 'rest.auth.acme.token-file', Date.now)
 * ```
 */
export function fileTokens(path: string, property: string, now: () => number): Memoized<Token> {
  return memoize<Token>(
    async (wait) => {
      const value = checkToken((await readTextFile(path, property, wait)).trim(), `The file of ${property}`)
      const expiresAt = jwtExpiry(value)
      return {
        value: new Secret(value),
        ...(expiresAt === undefined ? {} : { expiresAt }),
        provenance: { ...fileProvenance, ...jwtProvenance(value) },
      }
    },
    {
      expiresAt: () => now() + MAX_AGE_MS,
      accept: (before, next) => keepIdentity(before.provenance, next.provenance),
      now,
      minAgeMs: 0,
      timeoutMs: 5_000,
    },
  )
}
