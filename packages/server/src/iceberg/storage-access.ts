import { decodeAccessDelegation } from '@headgate/iceberg/rest'
import type { Json, JsonObject } from '@headgate/json'
import { relationChain } from '../access/chain.ts'
import { decide } from '../access/decide.ts'
import type { Chain } from '../access/privilege.ts'
import { allowedOf, areTaken, checkLocations, claimFor } from '../catalog/locations.ts'
import type { Place, Target } from '../catalog/target.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import type { Entitled, HandedOut } from '../credentials/hand-out.ts'
import type { Access } from '../credentials/vendor.ts'
import { type Delegation, delegationOf, vendingOf } from '../credentials/vending-of.ts'
import type { Call } from '../http/operation.ts'
import { type Beside, emptyConfig, Ending } from './ending.ts'
import type { IcebergParts } from './parts.ts'

/** A table that the caller may at least read, or is creating. */
export interface Holding {
  readonly place: Pick<Place, 'warehouse' | 'identifier' | 'namespaceId'>
  readonly id: string
  readonly staged: boolean
  /** Where rights on it are decided: on itself, or while it is staged on its namespace. */
  readonly chain: Chain
  readonly location: string
  readonly prefixes: readonly string[]
  /** Epoch ms: what was handed out before is over. */
  readonly notBefore: number
  /** Ids of the views that it is read through, and only read; none: by the caller's own right. */
  readonly through: readonly string[]
}

/** A table that was found, as something to hand out storage access for. */
export function holdingOf(target: Target, through: readonly string[] = []): Holding {
  const { relation, chain } = target
  const { id, location } = relation
  return {
    place: target,
    id,
    staged: false,
    chain,
    location,
    prefixes: relation.prefixes.split('\n'),
    notBefore: relation.notBefore,
    through,
  }
}

/** A table that is being made at a place, by whom it will belong to. */
export function newHolding(
  place: Place,
  table: {
    readonly id: string
    readonly staged: boolean
    readonly location: string
    /** All that its metadata names. */
    readonly locations: readonly string[]
  },
  ownerId: string,
): Holding {
  const { id, staged, location, locations } = table
  return {
    place,
    id,
    staged,
    chain: relationChain(place.namespaceChain, id, ownerId, { kind: 'table', name: place.identifier.name }),
    location,
    prefixes: claimFor(place.warehouse, locations).prefixes,
    notBefore: 0,
    through: [],
  }
}

type Hands = Pick<IcebergParts, 'handOut'>

/** How the client wants to reach storage, as far as the warehouse allows and this server can. */
function delegationFor({ handOut }: Hands, call: Call, warehouse: Warehouse): Delegation {
  const asked = decodeAccessDelegation(call.header('x-iceberg-access-delegation'))
  return delegationOf(vendingOf(warehouse), asked, handOut.canMint(warehouse))
}

/** For operations that write their audit event before they hand anything out. */
export function auditHandOut(parts: Hands, call: Call, warehouse: Warehouse, access: Access): void {
  if (delegationFor(parts, call, warehouse) === 'none') return
  call.audit.detail = { ...call.audit.detail, handedOut: access, mode: vendingOf(warehouse).mode }
}

/**
 * Storage access for a table, as the client asks for it and the warehouse allows; null when there is none to hand out.
 * Never wider than the caller's rights, and only for locations that the warehouse allows now.
 */
export function storageAccess(parts: IcebergParts, call: Call, holding: Holding): Promise<HandedOut> | null {
  const how = delegationFor(parts, call, holding.place.warehouse)
  return how === 'none' || isBeyond(holding) ? null : handOut(parts, call, holding, how)
}

/**
 * The same for a table that does not exist yet: who is told that there are no keys may try again, and would find the name
 * taken. Null as well when its place seems to be another's, which creating it will tell: nothing is minted for that.
 */
export async function accessBefore(
  parts: IcebergParts,
  call: Call,
  holding: Holding,
  locationChosen: boolean,
): Promise<HandedOut | null> {
  if (locationChosen && (await areTaken(parts.sql, holding.id, holding.prefixes))) return null
  return storageAccess(parts, call, holding)
}

/** Long-lived keys are those of the whole warehouse: too much for who may only read one table, through a view. */
export function isBeyond({ place, through }: Holding): boolean {
  return through.length > 0 && vendingOf(place.warehouse).mode === 'static'
}

/** The same for whoever asks for nothing but storage access. */
export async function handOut(
  parts: IcebergParts,
  call: Call,
  holding: Holding,
  how: 'vend' | 'sign',
): Promise<HandedOut> {
  const { place, id, staged, chain, location, prefixes, notBefore, through } = holding
  const { warehouse, identifier, namespaceId } = place
  // Never older than what the decision to let the caller in rested on.
  const policy = await parts.policies.get(call.identity)
  const writes = through.length === 0 && (staged || decide(policy, chain, 'modify').outcome === 'allow')
  const access = writes ? 'read-write' : 'read'
  const within = placesWithin(warehouse, prefixes)
  const entitled: Entitled = {
    warehouse,
    identifier,
    relation: { id, staged, namespaceId },
    location,
    prefixes: within,
    access,
    identity: withQueryOf(call),
    through,
    ground: { policyVersion: policy.version, notBefore: Math.max(notBefore, warehouse.notBefore) },
  }
  const given = how === 'vend' ? parts.handOut.given(entitled) : null
  if (given === null) checkLocations(warehouse, [location, ...within])
  call.audit.detail = { ...call.audit.detail, handedOut: access, mode: vendingOf(warehouse).mode }
  return given ?? parts.handOut.give(entitled, how, call.signal)
}

/** The gateway's records name the query as the call's own event does: what the token says outweighs the header. */
function withQueryOf({ identity, audit }: Call): Call['identity'] {
  if (identity.queryId !== undefined || audit.queryId === undefined) return identity
  return { ...identity, queryId: audit.queryId }
}

/**
 * Those of a table's places that the warehouse allows now. A place that the table left need not be allowed any more for
 * the others to be handed out; the only one is left for whoever refuses it.
 */
export function placesWithin(warehouse: Warehouse, prefixes: readonly string[]): readonly string[] {
  const within = prefixes.length === 1 ? prefixes : allowedOf(warehouse, prefixes)
  return within.length === 0 ? prefixes : within
}

const endings = new WeakMap<HandedOut, Ending>()

/** The end of a `LoadTableResult`: the same for all that come with the same access. */
export function endingOf(access: HandedOut | null): Ending {
  if (access === null) return emptyConfig
  let ending = endings.get(access)
  if (ending === undefined) endings.set(access, (ending = new Ending(besideOf(access))))
  return ending
}

function besideOf(access: HandedOut): Beside {
  const { config, credentials, remoteSigning } = access
  return {
    config,
    ...(credentials.length === 0 ? {} : { 'storage-credentials': credentials.map(wired) }),
    ...(remoteSigning === null ? {} : { 'remote-signing-config': wired(remoteSigning) }),
  }
}

function wired(value: object): JsonObject {
  return value as Readonly<Record<string, Json>>
}
