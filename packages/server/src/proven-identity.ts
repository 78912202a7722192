import { anonymousId } from './reserved-ids.ts'

/** User, service or engine that a request can be authorized as. */
export interface Principal {
  /** Id that the server assigned. */
  readonly id: string
  /** Issuer of the subject: `headgate` for principals that this server registered, otherwise the issuer's URL. */
  readonly issuer: string
  readonly subject: string
  /** Display name for logs, audit events and messages. */
  readonly name: string
}

/**
 * Method by which an identity was proven.
 *
 * - `client-secret`, `client-key`, `client-federation`: a client at the token endpoint proved itself with its secret, with
 *   a signature of its registered key, or with a token of the issuer that it runs under
 * - `session-token`: a token that this server issued
 * - `external-token`: a token of a configured issuer
 * - `assertion`, `statement`: an engine named the user, with or without a signature; the engine is in `actors`
 */
export type Proof = (typeof proofs)[number]

export const proofs = [
  'client-secret',
  'client-key',
  'client-federation',
  'session-token',
  'external-token',
  'assertion',
  'statement',
  'anonymous',
] as const

/**
 * Caller of a request with provenance: the principal, the engines that act for it, the method and the time of the proof.
 * Session tokens, storage refresh tokens, gateway sessions and cache keys all contain the whole of it, so code that
 * restores a caller can check everything that was checked when the caller was proven.
 */
export interface ProvenIdentity {
  readonly principal: Principal
  /** Engines that act for the principal, outermost first. Only the limits of the first one apply. */
  readonly actors: readonly Principal[]
  /** Method of this request. */
  readonly method: Proof
  /** Method by which the session began; renewals keep it. Absent: `method`. */
  readonly obtainedBy?: Proof
  /**
   * True: restored from a sealed form of an earlier version, which does not record how the identity was proven. With an
   * engine in `actors`, it is accepted only while that engine's entry has not changed since `issuedAt`.
   */
  readonly isProvenanceUnknown?: true
  /** Epoch ms. Null: the identity is valid for this request only. */
  readonly expiresAt: number | null
  /**
   * Epoch ms. Start of the session. The session is revoked when `not_before` of the principal or of the engine is later.
   * Absent: now.
   */
  readonly issuedAt?: number
  /** Epoch ms. Time at which the principal itself was last proven; renewals keep it. Absent: `issuedAt`. */
  readonly authTime?: number
  /** Epoch ms. Latest end of every renewal. Absent: the session cannot be renewed. */
  readonly sessionEndsAt?: number
  /** Query id that the engine sent. Not verified; for the audit log only. */
  readonly queryId?: string
}

/**
 * Returns the method by which the identity was proven first. It does not change when the session is renewed. Null: the
 * identity is restored from a sealed form of an earlier version, which does not record the method.
 */
export function provenBy({ method, obtainedBy = method, isProvenanceUnknown }: ProvenIdentity): Proof | null {
  return isProvenanceUnknown === true ? null : obtainedBy
}

/** Returns true when an engine named the user, who proved nothing: signed (`assertion`) or not (`statement`). */
export function isStated(proof: Proof | null): boolean {
  return proof === 'assertion' || proof === 'statement'
}

/**
 * Returns the engine that stated the user, when it is not the outermost one: the user's session was passed on to other
 * engines since. Null: the user was proven, or the outermost engine stated the user.
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

/** Identity in a sealed form: a storage refresh token or a gateway session. */
export interface SealedIdentity {
  readonly principal: Principal
  /** Outermost engine that acted for the principal. */
  readonly actor: Principal | null
  /** Engine that stated the user, if it is not `actor`. */
  readonly statedBy: Principal | null
  /** Method by which the identity was proven first. Null: sealed before the method was recorded. */
  readonly provenBy: Proof | null
  /** Epoch ms. Start of the session, or of the sealed form if that is earlier. */
  readonly issuedAt: number
  readonly queryId?: string
}

/** Returns the fields of an identity that a sealed form contains. The sealed form adds its own time of issue. */
export function sealIdentity(identity: ProvenIdentity): Omit<SealedIdentity, 'issuedAt'> {
  const { principal, actors, queryId } = identity
  return {
    principal,
    actor: actors[0] ?? null,
    statedBy: statedBy(identity),
    provenBy: provenBy(identity),
    ...(queryId === undefined ? {} : { queryId }),
  }
}

/**
 * Restores a caller from a sealed form, with its provenance: `Policies` checks again that the engines may act for this
 * user and may state the user in this way.
 */
export function restoreIdentity({
  principal,
  actor,
  statedBy: stating,
  provenBy: proof,
  issuedAt,
  queryId,
}: SealedIdentity): ProvenIdentity {
  return {
    principal,
    actors: [actor, stating].filter((engine) => engine !== null),
    method: principal.id === anonymousId ? 'anonymous' : 'session-token',
    ...(proof === null ? { isProvenanceUnknown: true } : { obtainedBy: proof }),
    ...(queryId === undefined ? {} : { queryId }),
    expiresAt: null,
    issuedAt,
  }
}

function provenanceKey(identity: ProvenIdentity): string {
  return `${provenBy(identity) ?? 'unknown'} ${statedBy(identity)?.id ?? '-'}`
}

function principalFields({ id, issuer, subject, name }: Principal): readonly string[] {
  return [id, issuer, subject, name]
}

function isEqualPrincipal(a: Principal | undefined, b: Principal | undefined): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined) return false
  return a.id === b.id && a.issuer === b.issuer && a.subject === b.subject && a.name === b.name
}
