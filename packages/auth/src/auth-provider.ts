import type { Authenticator, WaitOptions } from '@headgate/http'
import type { Provenance } from './provenance.ts'
import type { Token } from './token.ts'

/**
 * Authenticates the requests of one session: one catalog, one identity.
 *
 * A client calls it last, after all other headers are set, and again for each attempt, because signatures expire and
 * tokens are renewed. Many requests use it at the same time. Each wait has a time limit.
 */
export interface AuthProvider extends Authenticator {
  /**
   * Checks that the provider can work: that credentials exist, a file can be read, an issuer responds. A client calls it
   * once when it connects, so that a wrong configuration is reported then, with the name of its property.
   *
   * @throws {AuthError}
   */
  initialize?(options?: WaitOptions): Promise<void>

  /**
   * Returns the token of the session, for callers that need it: to assume a role, or to exchange it. Missing where the
   * provider has no token.
   */
  token?(options?: WaitOptions): Promise<Token>

  /** The identity of this session, as far as it is known. It does not change. */
  readonly provenance?: Provenance

  /** Whether it needs the bytes of a body or their hash. It then refuses a stream without a hash. Default: false. */
  readonly signsBody?: boolean

  /** Lower-case names of the headers that it sets. Default: `authorization`. The configuration must not set them too. */
  readonly setsHeaders?: readonly string[]

  /** Cancels pending work and clears caches. */
  [Symbol.asyncDispose]?(): Promise<void>
}

/** A provider that a registry created. It can always be closed. */
export type ReadyProvider = AuthProvider & AsyncDisposable
