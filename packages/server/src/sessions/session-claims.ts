import type { ProvenIdentity, Principal, Proof } from '../proven-identity.ts'

/**
 * Maximum number of engines in the `act` claim of a token: the engine that acts for the user and the engines before
 * it.
 */
export const maxActors = 4

const own = 'headgate'

/**
 * The claim `act` of RFC 8693 section 4.1: the engine that acts for the user, and in its own member `act` the engine
 * that acted before it.
 */
interface ActClaim {
  readonly sub: string
  /** Issuer of the engine's principal. Absent when the issuer is this server. */
  readonly iss?: string
  readonly client_id?: string
  readonly principal_id: string
  readonly act?: ActClaim
}

/** Claims of a session token that describe the caller and how the session began. */
interface WhoClaims {
  readonly sub: string
  /** Issuer of the principal in `sub`. Absent when the issuer is this server. */
  readonly sub_issuer?: string
  /** Id of the principal in the database. It distinguishes a principal from a deleted principal of the same name. */
  readonly principal_id: string
  readonly name: string
  readonly act?: ActClaim
  /** Method by which the caller authenticated when the session began (`Proof`). */
  readonly obtained: string
  /** Time in epoch seconds at which the principal itself last authenticated, as in OpenID Connect. */
  readonly auth_time?: number
  /** Time in epoch seconds after which the session cannot be renewed. */
  readonly session_end?: number
  readonly query_id?: string
}

/** All claims of a session token. */
export interface SessionClaims extends WhoClaims {
  readonly iss: string
  readonly aud: string
  readonly client_id: string
  readonly scope: string
  readonly iat: number
  readonly exp: number
  readonly jti: string
}

/** Returns the claims of a session token that describe an identity. */
export function toClaims(identity: ProvenIdentity): WhoClaims {
  const { principal, actors, authTime, sessionEndsAt, queryId } = identity
  if (actors.length > maxActors)
    throw new Error(`the act claim of a session token can contain at most ${maxActors} engines`)
  const act = actors.reduceRight<ActClaim | undefined>((inner, actor) => actClaim(actor, inner), undefined)
  return {
    sub: principal.subject,
    ...(principal.issuer === own ? {} : { sub_issuer: principal.issuer }),
    principal_id: principal.id,
    name: principal.name.slice(0, 256),
    ...(act === undefined ? {} : { act }),
    obtained: identity.obtainedBy ?? identity.method,
    ...(authTime === undefined ? {} : { auth_time: Math.floor(authTime / 1000) }),
    ...(sessionEndsAt === undefined ? {} : { session_end: Math.floor(sessionEndsAt / 1000) }),
    ...(queryId === undefined ? {} : { query_id: queryId }),
  }
}

function actClaim({ id, issuer, subject }: Principal, inner: ActClaim | undefined): ActClaim {
  return {
    sub: subject,
    ...(issuer === own ? { client_id: subject } : { iss: issuer }),
    principal_id: id,
    ...(inner === undefined ? {} : { act: inner }),
  }
}

/**
 * Returns the identity that the claims of a token contain. The caller has verified the signature and the times of the
 * token. Returns null for claims that this server never writes.
 */
export function readIdentity(
  claims: Readonly<Record<string, unknown>>,
): (ProvenIdentity & { readonly expiresAt: number }) | null {
  const { iat, exp, obtained, auth_time: authTime, session_end: end, query_id: queryId } = claims
  const principal = readParty(claims, claims['sub_issuer'])
  const actors = readActors(claims['act'])
  if (principal === null || actors === null || typeof iat !== 'number' || typeof exp !== 'number') return null
  // Tokens of the first version of Headgate do not contain the claim `obtained`. In that version, a caller without an
  // engine could authenticate only with a client secret.
  const obtainedBy =
    obtained === undefined && actors.length === 0
      ? 'client-secret'
      : proofs.find((proof) => proof === obtained)
  if (obtainedBy === undefined || !isTime(authTime) || !isTime(end)) return null
  if (queryId !== undefined && typeof queryId !== 'string') return null
  return {
    principal,
    actors,
    method: 'session-token',
    obtainedBy,
    expiresAt: exp * 1000,
    issuedAt: Math.round(iat * 1000),
    ...(authTime === undefined ? {} : { authTime: authTime * 1000 }),
    ...(end === undefined ? {} : { sessionEndsAt: end * 1000 }),
    ...(queryId === undefined ? {} : { queryId }),
  }
}

const proofs: readonly Proof[] = [
  'client-secret',
  'client-key',
  'client-federation',
  'external-token',
  'assertion',
  'statement',
]

/**
 * Returns the engines in the claim `act`: first the engine that acts for the user, then the engines before it.
 * Returns null when the claim is malformed or contains more than `maxActors` engines.
 */
function readActors(act: unknown): readonly Principal[] | null {
  const actors: Principal[] = []
  for (let next = act; next !== undefined; next = next['act']) {
    if (!isObject(next) || actors.length === maxActors) return null
    const actor = readParty(next, next['iss'])
    if (actor === null) return null
    actors.push(actor)
  }
  return actors
}

function readParty(claims: Readonly<Record<string, unknown>>, issuer: unknown = own): Principal | null {
  const { sub, principal_id: id, name = sub } = claims
  if (typeof sub !== 'string' || typeof id !== 'string' || typeof issuer !== 'string') return null
  return { id, issuer, subject: sub, name: typeof name === 'string' ? name : sub }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTime(value: unknown): value is number | undefined {
  return value === undefined || (typeof value === 'number' && Number.isFinite(value))
}
