import type { ProvenIdentity, Principal, Proof } from '../proven-identity.ts'

/** Engines in one chain, at most. No token is issued for a longer chain. */
export const maxActors = 4

const own = 'headgate'

/** The claim `act` of RFC 8693 section 4.1: the acting party, and inside it the previous one. */
interface ActClaim {
  readonly sub: string
  /** Issuer of the engine. Absent: this server. */
  readonly iss?: string
  readonly client_id?: string
  readonly principal_id: string
  readonly act?: ActClaim
}

/** Claims about the caller and the start of the session. */
interface WhoClaims {
  readonly sub: string
  /** Issuer of `sub`. Absent: this server. */
  readonly sub_issuer?: string
  /** Id in the store: a principal that is deleted and created again with its old name has another id. */
  readonly principal_id: string
  readonly name: string
  readonly act?: ActClaim
  /** Method by which the session began (`Proof`). */
  readonly obtained: string
  /** Seconds, as in OpenID Connect: time at which the principal itself was last proven. */
  readonly auth_time?: number
  /** Seconds. Latest end of every renewal. */
  readonly session_end?: number
  readonly query_id?: string
}

/** Claims of a session token. */
export interface SessionClaims extends WhoClaims {
  readonly iss: string
  readonly aud: string
  readonly client_id: string
  readonly scope: string
  readonly iat: number
  readonly exp: number
  readonly jti: string
}

/** Returns the claims that describe an identity. */
export function toClaims(identity: ProvenIdentity): WhoClaims {
  const { principal, actors, authTime, sessionEndsAt, queryId } = identity
  if (actors.length > maxActors) throw new Error(`a session token may name at most ${maxActors} engines`)
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

/** Returns the identity of a token whose signature and times were verified. Null: this server does not write such claims. */
export function readIdentity(
  claims: Readonly<Record<string, unknown>>,
): (ProvenIdentity & { readonly expiresAt: number }) | null {
  const { iat, exp, obtained, auth_time: authTime, session_end: end, query_id: queryId } = claims
  const principal = readParty(claims, claims['sub_issuer'])
  const actors = readActors(claims['act'])
  if (principal === null || actors === null || typeof iat !== 'number' || typeof exp !== 'number') return null
  // Tokens of the first version lack this claim. Without an engine, a client secret was the only method.
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

/** Returns the engines of `act`, outermost first. Null: malformed, or longer than `maxActors`. */
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
