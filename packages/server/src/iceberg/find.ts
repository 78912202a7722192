import { HeadgateError } from '@headgate/errors'
import {
  checkNewName,
  formatIdentifier,
  formatNamespace,
  type Namespace,
  type TableIdentifier,
} from '@headgate/iceberg/rest'
import { decide, decideConfig, decidePassage, visible } from '../access/decide.ts'
import type { Decision } from '../access/decision.ts'
import type { Policy } from '../access/policy.ts'
import type { Privilege } from '../access/privilege.ts'
import { enforce } from '../access/refuse.ts'
import type { ServedBody } from '../catalog/body-cache.ts'
import { missingNamespace, missingRelation } from '../catalog/existing.ts'
import { type FoundNamespace, lookUpNamespace } from '../catalog/namespaces.ts'
import { type Place, placeOf, type Target, targetOf } from '../catalog/target.ts'
import { type Warehouse, warehouseChain } from '../catalog/warehouses.ts'
import type { Call } from '../http/operation.ts'
import type { BodyForm, RelationKind } from '../store/relations.ts'
import type { Resolved } from '../store/resolve-relations.ts'
import type { IcebergParts } from './parts.ts'

/** Something that was found, and the decision that the caller may do it. */
export interface Allowed<T> {
  readonly found: T
  readonly decision: Decision
}

/** The warehouse of the path. Whether the caller may see it shows in what is asked for inside it. */
export async function warehouseOf(parts: IcebergParts, call: Call): Promise<Warehouse> {
  const name = decodeWarehouse(call.params['prefix'] ?? '')
  const warehouse = await parts.warehouses.get(name)
  if (warehouse === null || warehouse.kind !== 'managed') throw missingWarehouse(name)
  return warehouse
}

export function missingWarehouse(name: string): HeadgateError {
  return new HeadgateError('no-such-warehouse', `Warehouse does not exist: ${name}`)
}

/** What is missing or hidden in a warehouse; for who may not see the warehouse, that is missing itself. */
function missingIn(policy: Policy, warehouse: Warehouse, missing: HeadgateError): HeadgateError {
  return visible(policy, warehouseChain(warehouse)) ? missing : missingWarehouse(warehouse.name)
}

function decodeWarehouse(raw: string): string {
  try {
    return decodeURIComponent(raw)
  } catch {
    throw new HeadgateError('bad-request', 'The prefix in the path is not valid percent-encoding.')
  }
}

/** Returns the caller's policy of the version that a row was read with, or a newer one. */
export function policyOf(parts: IcebergParts, call: Call, seenVersion: number): Policy | Promise<Policy> {
  return seenVersion !== call.policy.version ? parts.policies.get(call.identity, seenVersion) : call.policy
}

/** A name in a warehouse. */
export interface RelationPlace {
  readonly warehouse: Warehouse
  readonly identifier: TableIdentifier
}

/** What stands at a name, and the text that was held for it before, which is not sent again. */
export interface LookedUp extends RelationPlace {
  readonly resolved: Resolved
  readonly held: ServedBody | null
}

/** Looks what stands at a name. Names that are looked up together share a query. */
export async function lookUp(parts: IcebergParts, at: RelationPlace, form: BodyForm): Promise<LookedUp> {
  const { warehouse, identifier } = at
  const held = form === 'none' ? null : parts.bodies.held(at, form)
  const wanted = { form, known: held?.key ?? null }
  const resolved = await parts.resolver.whatStands(warehouse.id, identifier, wanted)
  return { warehouse, identifier, resolved, held }
}

/** A relation of one kind that the caller may use in this way; 404 when it is not there or must not be seen. */
export async function findRelation(
  parts: IcebergParts,
  call: Call,
  at: RelationPlace,
  kind: RelationKind,
  privilege: Privilege,
  form: BodyForm = 'all',
): Promise<Allowed<Target>> {
  return allowRelation(parts, call, await lookUp(parts, at, form), kind, privilege)
}

/** Decides on the relation that was found at a name. */
export async function allowRelation(
  parts: IcebergParts,
  call: Call,
  { warehouse, identifier, resolved, held }: LookedUp,
  kind: RelationKind,
  privilege: Privilege,
): Promise<Allowed<Target>> {
  call.audit.object = `${warehouse.name}:${formatIdentifier(identifier)}`
  call.audit.privilege = privilege
  const place = placeOf(warehouse, identifier, resolved)
  const target = place === null ? null : targetOf(place, held)
  const policy = await policyOf(parts, call, resolved.policyVersion)
  const missing = (): HeadgateError => missingIn(policy, warehouse, missingRelation(kind, identifier))
  if (target === null || target.relation.kind !== kind) throw missing()
  call.audit.securable = { kind: 'relation', id: target.relation.id }
  const decision = decide(policy, target.chain, privilege)
  enforce(decision, { kind: 'relation', name: formatIdentifier(identifier), missing })
  return { found: target, decision }
}

/** The place for a new relation: a namespace in which the caller may create, and what stands at the name now. */
export async function findPlace(parts: IcebergParts, call: Call, at: RelationPlace): Promise<Allowed<Place>> {
  return allowPlace(parts, call, await lookUp(parts, at, 'none'))
}

/** Decides on creating something at a name that was looked up. */
export async function allowPlace(
  parts: IcebergParts,
  call: Call,
  { warehouse, identifier, resolved }: LookedUp,
): Promise<Allowed<Place>> {
  call.audit.object = `${warehouse.name}:${formatIdentifier(identifier)}`
  call.audit.privilege = 'create'
  const place = placeOf(warehouse, identifier, resolved)
  const policy = await policyOf(parts, call, resolved.policyVersion)
  const missing = (): HeadgateError => missingIn(policy, warehouse, missingNamespace(identifier.namespace))
  if (place === null) throw missing()
  call.audit.securable = { kind: 'namespace', id: place.namespaceId }
  const decision = decide(policy, place.namespaceChain, 'create')
  enforce(decision, { kind: 'namespace', name: formatNamespace(identifier.namespace), missing })
  if (place.relation === null) checkNewName(identifier.name, 'name of a table or view')
  return { found: place, decision }
}

/** A namespace that the caller may use in this way; with `passage`, a way through to something below it is enough. */
export async function findNamespace(
  parts: IcebergParts,
  call: Call,
  warehouse: Warehouse,
  levels: Namespace,
  privilege: Privilege,
  passage: boolean = privilege === 'use',
): Promise<Allowed<FoundNamespace> & { readonly policy: Policy }> {
  call.audit.object = `${warehouse.name}:${formatNamespace(levels)}`
  call.audit.privilege = privilege
  const found = await lookUpNamespace(parts, warehouse, levels)
  const policy = found === null ? call.policy : await policyOf(parts, call, found.row.policyVersion)
  const missing = (): HeadgateError => missingIn(policy, warehouse, missingNamespace(levels))
  if (found === null) throw missing()
  call.audit.securable = { kind: 'namespace', id: found.row.id }
  const decision = passage ? decidePassage(policy, found.chain) : decide(policy, found.chain, privilege)
  enforce(decision, { kind: 'namespace', name: formatNamespace(levels), missing })
  return { found, decision, policy }
}

/** The warehouse itself as what is asked for. */
export function allowWarehouse(call: Call, warehouse: Warehouse, privilege: Privilege): Decision {
  const chain = warehouseChain(warehouse)
  return allowOn(
    call,
    warehouse,
    privilege === 'use' ? decidePassage(call.policy, chain) : decide(call.policy, chain, privilege),
  )
}

/** The configuration of the warehouse may be told. */
export function allowConfig(call: Call, warehouse: Warehouse): Decision {
  return allowOn(call, warehouse, decideConfig(call.policy, warehouseChain(warehouse)))
}

function allowOn(call: Call, warehouse: Warehouse, decision: Decision): Decision {
  call.audit.object = warehouse.name
  call.audit.privilege = decision.privilege
  call.audit.securable = { kind: 'warehouse', id: warehouse.id }
  enforce(decision, {
    kind: 'warehouse',
    name: warehouse.name,
    missing: () => missingWarehouse(warehouse.name),
  })
  return decision
}
