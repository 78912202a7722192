import { HeadgateError } from '@headgate/errors'
import { formatIdentifier, type TableIdentifier } from '@headgate/iceberg/rest'
import type { Policies } from '../access/policies.ts'
import type { Policy } from '../access/policy.ts'
import { enforce } from '../access/refuse.ts'
import { allowedOf } from '../catalog/locations.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import type { Identity, Principal } from '../identity/identity.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { pathOf } from '../store/namespaces.ts'
import { decideStorage } from './decide-storage.ts'
import { type HandedOut, type HandOut, type Renewal, sessionEndOf } from './hand-out.ts'
import type { Lives } from './lives.ts'
import { digestOfLocations, type NamedParty, type RefreshClaims } from './refresh-claims.ts'
import type { Reads } from './reads.ts'
import { type RefreshRefusal, refusedToken } from './refresh-refusal.ts'
import { openRefreshToken } from './refresh-token.ts'
import { type Live, liveStanding } from './standing.ts'
import { vendingOf } from './vending-of.ts'

export interface RefreshParts {
  readonly ring: KeyRing
  readonly reads: Reads
  readonly policies: Policies
  readonly handOut: HandOut
  /** This server's public URL: tokens of another one are refused. */
  readonly publicUrl: string
  readonly lives: Lives
  /** Epoch ms. */
  readonly now: () => number
}

export interface RefreshRequest {
  readonly token: string
  /** Who calls, proven. A token alone opens nothing. */
  readonly identity: Identity
  /** Of the path, as is the name. */
  readonly warehouse: Warehouse
  readonly identifier: TableIdentifier
}

/** A token that stands, with the scope that it stands for. */
export interface Admitted {
  readonly claims: RefreshClaims
  /** What may be handed out for it. */
  readonly renewal: Renewal
}

/**
 * Renews one storage credential: same prefix and operations, new keys, a new token. Everything that was decided when it
 * was handed out is decided again.
 *
 * @throws HeadgateError `no-such-table`, one and the same whatever is wrong with the token (`refusalOf` has the reason);
 *   `forbidden` when the right is gone; what `Vending.vend` throws
 */
export async function refreshCredential(
  parts: RefreshParts,
  request: RefreshRequest,
  signal?: AbortSignal,
): Promise<HandedOut & { readonly admitted: Admitted }> {
  const admitted = await admitToken(parts, request)
  if (admitted.claims.mode === 'remote-signing') throw refusedToken('another mode')
  const { claims, renewal } = admitted
  const [now, { minLifeMs }] = [parts.now(), parts.lives]
  if (claims.cap - now < minLifeMs) throw refusedToken('cap reached')
  if (renewal.notAfter - now < minLifeMs) throw refusedToken('session over')
  return { ...(await parts.handOut.renew(renewal, signal)), admitted }
}

/**
 * Says whether a token stands now, for this caller and this name, and for what. Requests to sign for a table that is
 * being created are admitted by it as well.
 *
 * @throws HeadgateError as `refreshCredential`
 */
export async function admitToken(parts: RefreshParts, request: RefreshRequest): Promise<Admitted> {
  const { warehouse, identifier } = request
  const claims = await opened(parts, request.token)
  if (claims.warehouseId !== warehouse.id) throw refusedToken('another warehouse')
  if (!sameName(claims, identifier)) throw refusedToken('another name')
  if (claims.mode !== vendingOf(warehouse).mode) throw refusedToken('another mode')
  const { caller: whoever, byEngine } = await callerFor(parts, claims, request.identity)
  // It is renewed for the query that it was handed out for.
  const caller = claims.queryId === undefined ? whoever : { ...whoever, queryId: claims.queryId }
  // The user is here, or was when this session began.
  const sessionEndsAt = byEngine ? claims.sessionEndsAt : sessionEndOf(caller, parts.lives)
  const notAfter = Math.min(claims.cap, byEngine ? (sessionEndsAt ?? Infinity) : Infinity)
  if (parts.now() >= notAfter) throw refusedToken('session over')

  const standing = await parts.reads.standing({
    relationId: claims.relationId,
    warehouseId: warehouse.id,
    name: { path: pathOf(identifier.namespace), name: identifier.name },
  })
  if (standing.holder !== null && standing.holder !== claims.relationId) throw refusedToken('name taken')
  const live = liveStanding(standing, claims.relationId, warehouse.id, claims.issuedAt)
  if (!live.ok) throw refusedToken(live.reason)
  const prefixes = placesOf(claims, warehouse, live.value)
  if (standing.overlaps) throw refusedToken('locations overlap')

  const policy = await parts.policies.get(caller, standing.policyVersion)
  if (!policy.enabled)
    throw refusedToken(policy.shutOut === 'principal' ? 'principal gone' : 'engine may not')
  if (byEngine && !mayRenewAlone(policy)) throw refusedToken('engine may not')
  const { access, through } = claims
  const asked = { policy, live: live.value, access, warehouseId: warehouse.id, through }
  const decision = await decideStorage(parts, asked)
  if (decision.outcome === 'hide') throw refusedToken('hidden')
  if (decision.forbiddenBy !== undefined)
    enforce(decision, { kind: 'relation', name: formatIdentifier(identifier) })
  if (decision.outcome === 'deny') throw forbidden(decision.privilege, live.value, identifier)
  return {
    claims,
    renewal: {
      warehouse,
      relation: {
        id: claims.relationId,
        staged: live.value.staged,
        namespaceId: live.value.namespaceId,
      },
      identifier,
      prefixes,
      prefix: claims.prefix,
      access,
      identity: caller,
      through: through ?? [],
      ground: { policyVersion: policy.version, notBefore: live.value.notBefore },
      cap: claims.cap,
      sessionEndsAt,
      notAfter,
    },
  }
}

async function opened(parts: RefreshParts, token: string): Promise<RefreshClaims> {
  const at = { issuer: parts.publicUrl, now: parts.now() }
  let result = await openRefreshToken(parts.ring, token, at)
  // Another replica may seal with a key that was added a moment ago.
  if (!result.ok && result.reason === 'unknown key' && (await parts.ring.reloadForUnknownKey()))
    result = await openRefreshToken(parts.ring, token, at)
  if (!result.ok) throw refusedToken(result.reason)
  return result.value
}

function sameName({ namespace, table }: RefreshClaims, identifier: TableIdentifier): boolean {
  return (
    table === identifier.name &&
    namespace.length === identifier.namespace.length &&
    namespace.every((level, index) => level === identifier.namespace[index])
  )
}

interface Caller {
  /** Whom is decided about. */
  readonly caller: Identity
  /** The engine asks by itself for its user, as clients do that know one session only. */
  readonly byEngine: boolean
}

/**
 * The identity that is decided about: the token's principal, proven no later than the token was made. The caller is that
 * principal, or the engine that acted for it when the token was made.
 */
async function callerFor(parts: RefreshParts, claims: RefreshClaims, identity: Identity): Promise<Caller> {
  const { actor } = claims
  if (isParty(claims.principal, identity.principal)) {
    const issuedAt = Math.min(claims.issuedAt, identity.issuedAt ?? claims.issuedAt)
    const [now] = identity.actors
    if (actor === null || (now !== undefined && isParty(actor, now)))
      return { caller: { ...identity, issuedAt }, byEngine: false }
    // Another engine than the one the token was made for: its limits would be the wrong ones.
    if (now !== undefined) throw refusedToken('another caller')
    const actors = [await principalOf(parts, actor, 'engine may not')]
    return { caller: { ...identity, actors, issuedAt }, byEngine: false }
  }
  if (actor === null || identity.actors.length > 0 || !isParty(actor, identity.principal))
    throw refusedToken('another caller')
  const principal = await principalOf(parts, claims.principal, 'principal gone')
  // The engine's own session was let in; what was revoked since the token was made is revoked for both.
  const { issuedAt } = claims
  const actors = [identity.principal]
  return {
    caller: { principal, actors, method: 'session-token', expiresAt: null, issuedAt },
    byEngine: true,
  }
}

function mayRenewAlone({ engine }: Policy): boolean {
  return engine !== null && engine.refreshes && engine.firstCalls !== 'deny'
}

/** Who was named, as the store has them now. */
async function principalOf(
  { reads }: RefreshParts,
  named: NamedParty,
  otherwise: RefreshRefusal,
): Promise<Principal> {
  const row = await reads.principal(named.id)
  if (row === null || !row.enabled || !isParty(named, row)) throw refusedToken(otherwise)
  return { id: row.id, issuer: row.issuer, subject: row.subject, name: row.name }
}

function isParty(named: NamedParty, { id, issuer, subject }: NamedParty): boolean {
  return named.id === id && named.issuer === issuer && named.subject === subject
}

/**
 * The places that the token was made for: those of the table that are allowed, or those that it had before it was moved,
 * which are the last of them now.
 */
function placesOf(claims: RefreshClaims, warehouse: Warehouse, { prefixes }: Live): readonly string[] {
  const allowed = allowedOf(warehouse, prefixes)
  for (const from of allowed.keys()) {
    const places = allowed.slice(from)
    if (digestOfLocations(places) === claims.locations) return places
  }
  throw refusedToken(
    allowed.length < prefixes.length && digestOfLocations(prefixes) === claims.locations
      ? 'locations not allowed'
      : 'locations changed',
  )
}

function forbidden(privilege: string, { staged }: Live, identifier: TableIdentifier): HeadgateError {
  const object = staged ? 'the namespace of table' : 'table'
  return new HeadgateError(
    'forbidden',
    `This needs the privilege ${privilege} on ${object} ${formatIdentifier(identifier)}: ask who manages it.`,
  )
}
