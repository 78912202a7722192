import { anonymousId } from './reserved-ids.ts'

/** User, service or engine that a request can be authorized as. */
export interface Principal {
  /** UUID that this server assigned. */
  readonly id: string
  /** Issuer of the subject: `headgate` for principals that this server registered, otherwise the issuer's URL. */
  readonly issuer: string
  readonly subject: string
  /** Display name for logs, audit events and messages. */
  readonly name: string
}

/** Issuer of the principals that this server registered. */
const ownIssuer = 'headgate'

/**
 * Returns the subject of a principal in tokens for other services, which does not depend on names that users choose. For
 * principals of this server, it is the subject as in the server's own tokens. For principals of another issuer, it
 * consists of issuer and subject, separated by `#`. Neither issuers nor names of this server contain `#`, so it is unique.
 */
export function qualifiedSubject({ issuer, subject }: Pick<Principal, 'issuer' | 'subject'>): string {
  return issuer === ownIssuer ? subject : `${issuer}#${subject}`
}

/**
 * Method by which an identity was proven.
 *
 * - `client-secret`, `client-key`, `client-federation`: a client at the token endpoint proved itself with its
 *   secret, with a signature of its registered key, or with a token of the issuer that it runs under
 * - `access-key`: the client signed the request itself with an access key (AWS Signature Version 4)
 * - `session-token`: a token that this server issued
 * - `external-token`: a token of a configured issuer
 * - `assertion`, `statement`: an engine named the user in a signed or unsigned token; the engine is in `actors`
 */
export type Proof = (typeof proofs)[number]

export const proofs = [
  'client-secret',
  'client-key',
  'client-federation',
  'access-key',
  'session-token',
  'external-token',
  'assertion',
  'statement',
  'anonymous',
] as const

/**
 * Identity of a caller with its provenance: the principal, the engines that act for it, and the method and time
 * of its authentication. Session tokens, storage refresh tokens, gateway sessions and cache keys contain all of
 * this, so code that restores a caller can repeat all checks of the original authentication.
 */
export interface ProvenIdentity {
  readonly principal: Principal
  /** Engines that act for the principal, outermost first. Only the limits of the first one apply. */
  readonly actors: readonly Principal[]
  /** Method by which this request was authenticated. */
  readonly method: Proof
  /**
   * Method by which the caller was authenticated at the start of the session. Renewals do not change it.
   * Absent: equal to `method`.
   */
  readonly obtainedBy?: Proof
  /**
   * Id of the access key that signed the request with which the session began. The identity is valid only while the
   * principal has this access key. Absent: no access key was used.
   */
  readonly provenByKey?: string
  /**
   * True: the identity was restored from a token of an earlier version, which does not record how the caller
   * was authenticated. If `actors` contains an engine, the identity is accepted only if the engine entry has
   * not changed since `issuedAt`.
   */
  readonly isProvenanceUnknown?: true
  /** Expiry of the identity in epoch ms. Null: the identity is valid for this request only. */
  readonly expiresAt: number | null
  /**
   * Time in epoch ms at which the token or secret that proves the identity was issued or checked. Each renewal of a
   * session issues a new token, with a new time. The identity is revoked when `not_before` of the principal or of the
   * engine is not earlier. Absent: the caller was authenticated now.
   */
  readonly issuedAt?: number
  /** Time in epoch ms at which the principal itself was last authenticated. Renewals keep it. Absent: `issuedAt`. */
  readonly authTime?: number
  /**
   * Time in epoch ms at which the session ends at the latest, also after renewals. Absent: the session cannot be
   * renewed.
   */
  readonly sessionEndsAt?: number
  /** Query id that the engine sent. Not verified; for the audit log only. */
  readonly queryId?: string
}

/**
 * Returns the method by which the caller was authenticated at the start of the session. Null: the identity was
 * restored from a token of an earlier version, which does not record the method.
 */
export function provenBy({ method, obtainedBy = method, isProvenanceUnknown }: ProvenIdentity): Proof | null {
  return isProvenanceUnknown === true ? null : obtainedBy
}

/**
 * Returns true if an engine named the user in a signed (`assertion`) or unsigned (`statement`) token, and the
 * user itself was not authenticated.
 */
export function isStated(proof: Proof | null): boolean {
  return proof === 'assertion' || proof === 'statement'
}

/**
 * Returns the engine that named the user, if it is not the outermost engine because the session was later
 * exchanged by other engines. Null: the user was authenticated, or the outermost engine named the user.
 */
export function statedBy(identity: ProvenIdentity): Principal | null {
  const [acting, ...before] = identity.actors
  const first = before.at(-1)
  if (first === undefined || first.id === acting?.id) return null
  return isStated(provenBy(identity)) ? first : null
}

/** Returns the fields that a cache key of a caller contains: principal, outermost engine and provenance. */
export function identityFields(identity: ProvenIdentity): readonly unknown[] {
  const [actor] = identity.actors
  return [
    principalFields(identity.principal),
    actor === undefined ? null : principalFields(actor),
    provenanceKey(identity),
  ]
}

/** Returns true when `identityFields` of both are equal. Allocates no list. */
export function isEqualIdentity(a: ProvenIdentity, b: ProvenIdentity): boolean {
  return (
    isEqualPrincipal(a.principal, b.principal) &&
    isEqualPrincipal(a.actors[0], b.actors[0]) &&
    provenanceKey(a) === provenanceKey(b)
  )
}

/** Fields of an identity in a sealed token: a storage refresh token or a gateway session. */
export interface SealedIdentity {
  readonly principal: Principal
  /** Engine that sent the request for the principal (outermost `act` claim of a token). */
  readonly actor: Principal | null
  /** Engine that named the user, if it is not `actor`. */
  readonly statedBy: Principal | null
  /**
   * Method by which the caller was authenticated at the start of the session. Null: an earlier version sealed
   * the token without the method.
   */
  readonly provenBy: Proof | null
  /** Access key of the session. Absent: no access key was used. */
  readonly provenByKey?: string
  /** `issuedAt` of the identity in epoch ms, or the issue time of the sealed token if that is earlier. */
  readonly issuedAt: number
  readonly queryId?: string
}

/** Returns the fields of an identity for a sealed token. The code that seals the token adds its issue time. */
export function sealIdentity(identity: ProvenIdentity): Omit<SealedIdentity, 'issuedAt'> {
  const { principal, actors, provenByKey, queryId } = identity
  return {
    principal,
    actor: actors[0] ?? null,
    statedBy: statedBy(identity),
    provenBy: provenBy(identity),
    ...(provenByKey === undefined ? {} : { provenByKey }),
    ...(queryId === undefined ? {} : { queryId }),
  }
}

/**
 * Restores the identity of a caller, with its provenance, from a sealed token. The token does not prove that the rights
 * still exist: for each request, `Policies` checks again that the engines in the identity may act for the principal,
 * that an engine which stated the principal may do so, and that the principal still has the access key `provenByKey`.
 */
export function restoreIdentity({
  principal,
  actor,
  statedBy: stating,
  provenBy: proof,
  provenByKey,
  issuedAt,
  queryId,
}: SealedIdentity): ProvenIdentity {
  return {
    principal,
    actors: [actor, stating].filter((engine) => engine !== null),
    method: principal.id === anonymousId ? 'anonymous' : 'session-token',
    ...(proof === null ? { isProvenanceUnknown: true } : { obtainedBy: proof }),
    ...(provenByKey === undefined ? {} : { provenByKey }),
    ...(queryId === undefined ? {} : { queryId }),
    expiresAt: null,
    issuedAt,
  }
}

function provenanceKey(identity: ProvenIdentity): string {
  const { provenByKey = '-' } = identity
  return `${provenBy(identity) ?? 'unknown'} ${statedBy(identity)?.id ?? '-'} ${provenByKey}`
}

function principalFields({ id, issuer, subject, name }: Principal): readonly string[] {
  return [id, issuer, subject, name]
}

function isEqualPrincipal(a: Principal | undefined, b: Principal | undefined): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined) return false
  return a.id === b.id && a.issuer === b.issuer && a.subject === b.subject && a.name === b.name
}
