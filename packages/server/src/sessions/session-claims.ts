import type { Identity, Principal, Proof } from '../identity/identity.ts'

/** Engines that may stand behind one another; a longer chain gets no token. */
export const maxActors = 4

const own = 'headgate'

/** `act` of RFC 8693 section 4.1: who acts, and inside it who acted before. */
interface ActClaim {
  readonly sub: string
  /** Who vouches for the engine; absent: this server. */
  readonly iss?: string
  readonly client_id?: string
  readonly principal_id: string
  readonly act?: ActClaim
}

/** The claims that say who it is and where the session comes from. */
interface WhoClaims {
  readonly sub: string
  /** Who vouches for `sub`; absent: this server. */
  readonly sub_issuer?: string
  /** The id in the store: a principal that is deleted and made again under its old name is somebody else. */
  readonly principal_id: string
  readonly name: string
  readonly act?: ActClaim
  /** How the session began (`Proof`). */
  readonly obtained: string
  /** Seconds, as in OpenID Connect: when the principal itself was last proven. */
  readonly auth_time?: number
  /** Seconds: no renewal reaches beyond. */
  readonly session_end?: number
  readonly query_id?: string
}

/** The claims of a session token. */
export interface SessionClaims extends WhoClaims {
  readonly iss: string
  readonly aud: string
  readonly client_id: string
  readonly scope: string
  readonly iat: number
  readonly exp: number
  readonly jti: string
}

/** What a token says about an identity. */
export function claimsOf(identity: Identity): WhoClaims {
  const { principal, actors, authTime, sessionEndsAt, queryId } = identity
  if (actors.length > maxActors) throw new Error(`a session token may name ${maxActors} engines at most`)
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

/** Who a token of ours is, its signature and times having been verified. Null: not the claims that we write. */
export function identityOf(
  claims: Readonly<Record<string, unknown>>,
): (Identity & { readonly expiresAt: number }) | null {
  const { iat, exp, obtained, auth_time: authTime, session_end: end, query_id: queryId } = claims
  const principal = partyOf(claims, claims['sub_issuer'])
  const actors = actorsOf(claims['act'])
  if (principal === null || actors === null || typeof iat !== 'number' || typeof exp !== 'number') return null
  // Tokens of the first version have no such claim. Without an engine, a client secret was the only way.
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

/** The chain of `act`, outermost first. Null: malformed, or longer than we write. */
function actorsOf(act: unknown): readonly Principal[] | null {
  const actors: Principal[] = []
  for (let next = act; next !== undefined; next = next['act']) {
    if (!isObject(next) || actors.length === maxActors) return null
    const actor = partyOf(next, next['iss'])
    if (actor === null) return null
    actors.push(actor)
  }
  return actors
}

function partyOf(claims: Readonly<Record<string, unknown>>, issuer: unknown = own): Principal | null {
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
