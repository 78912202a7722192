import type { Authenticator, WaitOptions } from '@headgate/http'
import type { Provenance } from './provenance.ts'
import type { Token } from './token.ts'

/**
 * Authenticates the requests of one session, which has one catalog and one identity.
 *
 * A client calls `authenticate` after all other headers are set, and again for each attempt to send the request,
 * because signatures expire and tokens are renewed. Concurrent requests share one provider. Each wait of a provider
 * has a time limit.
 */
export interface AuthProvider extends Authenticator {
  /**
   * Checks that the provider can work: credentials exist, files can be read, and the issuer responds. A client calls
   * this method once when it connects, so that a wrong configuration fails at this time with an error that names the
   * property.
   *
   * @throws {AuthError}
   */
  initialize?(options?: WaitOptions): Promise<void>

  /**
   * Returns the token of the session, for callers that exchange the token or assume a role with it. A provider
   * without a token does not have this method.
   */
  token?(options?: WaitOptions): Promise<Token>

  /**
   * The identity of this session and the way its credential was obtained, as far as they are known. They do not
   * change.
   */
  readonly provenance?: Provenance

  /**
   * Whether the provider signs request bodies. It then needs the bytes of a body or their hash, and refuses a stream
   * without a hash. Default: false.
   */
  readonly signsBody?: boolean

  /**
   * Lower-case names of the headers that the provider sets. Default: `authorization`. A configuration that also sets
   * one of these headers is refused.
   */
  readonly setsHeaders?: readonly string[]

  /** Cancels pending work and clears caches. */
  [Symbol.asyncDispose]?(): Promise<void>
}

/** A provider that an `AuthRegistry` created. Unlike other providers, it always has a method that closes it. */
export type ReadyProvider = AuthProvider & AsyncDisposable
