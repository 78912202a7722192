import { AuthError } from './auth-error.ts'

/** Somebody, as an issuer names them. */
export interface Party {
  /** Who says so: an OpenID issuer, an AWS account, a file. */
  readonly issuer?: string
  /** Unique at the issuer. */
  readonly subject: string
}

/**
 * Where a session comes from, and the only ways in which it may be renewed. Renewal gives newer proof of the same
 * thing: it never changes who the session is. A session of a user whose proof has run out ends; it does not go on as
 * the service that holds it.
 */
export interface Provenance {
  /** On whose behalf: undefined when the credential does not say, as an opaque token. */
  readonly who?: Party
  /** Through whom: outermost first (RFC 8693 section 4.1). */
  readonly actors?: readonly Party[]
  /** For whom the token is: audiences, resources, the token endpoint. */
  readonly target?: string
  /** How it was obtained: `client_credentials`, `token-exchange`, `static`, `web-identity` … */
  readonly obtainedBy: string
  /** The ways in which it may be renewed, each a value that `obtainedBy` may have. Empty: not at all. */
  readonly renewableBy: readonly string[]
}

/**
 * Refuses a renewal that changes the identity of a session, or that was made in a way that the session does not permit.
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
  if (next === undefined) throw changed('the renewal does not say whose it is')
  if (!before.renewableBy.includes(next.obtainedBy)) {
    throw changed(`a session obtained by ${before.obtainedBy} may not be renewed by ${next.obtainedBy}`)
  }
  if (before.who !== undefined && !sameParty(before.who, next.who)) {
    throw changed('the renewal is for another subject')
  }
  const actors = before.actors ?? []
  const nextActors = next.actors ?? []
  if (
    actors.length !== nextActors.length ||
    actors.some((actor, index) => !sameParty(actor, nextActors[index]))
  ) {
    throw changed('the renewal has another chain of actors')
  }
  if (before.target !== next.target) throw changed('the renewal is for another target')
}

function sameParty(a: Party, b: Party | undefined): boolean {
  return a.subject === b?.subject && a.issuer === b.issuer
}

function changed(why: string): AuthError {
  return new AuthError(
    'identity-changed',
    `The session ended instead of changing who it is: ${why}. Log in again.`,
  )
}
