import { AuthError } from './auth-error.ts'

/** A person or a service, identified by an issuer and a subject. */
export interface Party {
  /** Issuer of the name: an OpenID issuer, an AWS account, a file. */
  readonly issuer?: string
  /** Name of the person or service, which is unique at the issuer. */
  readonly subject: string
}

/**
 * Identity of a session, and the only methods by which it may be renewed. A renewal never changes the
 * identity. When the session of a user cannot be renewed it ends; it does not continue with the identity of
 * the service that holds it.
 */
export interface Provenance {
  /**
   * Identity that the session acts for. Undefined if the credential does not state the identity, as with an opaque
   * token.
   */
  readonly who?: Party
  /** Parties that act for this identity, the outermost first (RFC 8693 section 4.1). */
  readonly actors?: readonly Party[]
  /** Recipients of the token: audiences, resources, the token endpoint. */
  readonly target?: string
  /**
   * Method by which the credential was obtained: `client_credentials`, `token-exchange`, `static`,
   * `web-identity` …
   */
  readonly obtainedBy: string
  /**
   * Methods that may renew the credential, each a value of `obtainedBy`. If the list is empty, the credential cannot be
   * renewed.
   */
  readonly renewableBy: readonly string[]
}

/**
 * Refuses a renewal that changes the identity of a session, or that used a method that the session does not
 * permit.
 *
 * @throws {AuthError} identity-changed
 *
 * @example
 * ```ts
 * keepIdentity(
 *   { obtainedBy: 'password', renewableBy: ['password'], who: { subject: 'ann' } },
 *   { obtainedBy: 'password', renewableBy: ['password'], who: { subject: 'ann' } },
 * )
 * ```
 */
export function keepIdentity(before: Provenance | undefined, next: Provenance | undefined): void {
  if (before === undefined) return
  if (next === undefined) throw identityChanged('the renewed credential does not state its identity')
  if (!before.renewableBy.includes(next.obtainedBy)) {
    throw identityChanged(
      `a session obtained by ${before.obtainedBy} must not be renewed by ${next.obtainedBy}`,
    )
  }
  if (before.who !== undefined && !isSameParty(before.who, next.who)) {
    throw identityChanged('the renewed credential is for another subject')
  }
  const actors = before.actors ?? []
  const nextActors = next.actors ?? []
  if (
    actors.length !== nextActors.length ||
    actors.some((actor, index) => !isSameParty(actor, nextActors[index]))
  ) {
    throw identityChanged('the renewed credential has another chain of actors')
  }
  if (before.target !== next.target) throw identityChanged('the renewed credential is for another target')
}

function isSameParty(a: Party, b: Party | undefined): boolean {
  return a.subject === b?.subject && a.issuer === b.issuer
}

function identityChanged(reason: string): AuthError {
  return new AuthError(
    'identity-changed',
    `The session ended, because its renewal would change its identity: ${reason}. Log in again.`,
  )
}
