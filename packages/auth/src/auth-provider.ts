import type { AuthRequest, AuthResponse } from './auth-request.ts'
import type { Provenance } from './provenance.ts'
import type { Token } from './token.ts'

/** The last option of everything that waits. */
export interface WaitOptions {
  readonly signal?: AbortSignal
}

/**
 * Authenticates the requests of one session: one catalog, one identity.
 *
 * It is called last, after all other headers were set, and again for each try, because signatures age and tokens are
 * renewed. It is used by many requests at once. Whatever it waits for has a time limit.
 */
export interface AuthProvider {
  /**
   * Looks whether it can work: whether credentials are there, a file can be read, an issuer answers. Called once, when
   * a client connects, so that mistakes show then, by the name of their property.
   *
   * @throws AuthError
   */
  initialize?(options?: WaitOptions): Promise<void>

  /**
   * The request to send in the place of this one.
   *
   * @throws AuthError when there are no valid credentials; the request is not sent then.
   */
  authenticate(request: AuthRequest, options?: WaitOptions): Promise<AuthRequest>

  /**
   * Looks at a response and says whether to send the request once more: because the token was refused and there is
   * another one, because a nonce came along, because clocks differ. `request` is what {@link authenticate} gave back.
   * It is asked once for each request; the answer to the second try stands.
   */
  onResponse?(
    response: AuthResponse,
    request: AuthRequest,
    options?: WaitOptions,
  ): Promise<'retry' | undefined> | 'retry' | undefined

  /**
   * The token behind it, for those that need the token itself: a role assumed with it, an exchange of it, a person.
   * Missing where there is no token.
   */
  token?(options?: WaitOptions): Promise<Token>

  /** Who this session is, as far as that is known. It stays the same for as long as the session lives. */
  readonly provenance?: Provenance

  /** Whether it needs the bytes of a body or their hash: a stream without a hash is refused. Default: no. */
  readonly signsBody?: boolean

  /** Lower-case names of the headers that it sets. Default: `authorization`. They may not be configured beside it. */
  readonly setsHeaders?: readonly string[]

  /** Ends what is under way and forgets what is cached. */
  [Symbol.asyncDispose]?(): Promise<void>
}

/** A provider that a registry made: it can always be closed. */
export type ReadyProvider = AuthProvider & AsyncDisposable
