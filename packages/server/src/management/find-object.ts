import type { HeadgateError } from '@headgate/errors'
import { resolve } from '../catalog/resolve.ts'
import { formatIdentifier, formatNamespace } from '@headgate/iceberg/rest'
import { z } from 'zod'
import { serverChain, visible } from '../access/decide.ts'
import type { Policy } from '../access/policy.ts'
import { serverId } from '../reserved-ids.ts'
import { missingNamespace, missingRelation, missingWarehouse } from '../catalog/existing.ts'
import { type FoundNamespace, lookUpNamespace } from '../catalog/namespaces.ts'
import { type ResolvedName, toResolvedName, type Target, toTarget } from '../catalog/target.ts'
import { type Warehouse, warehouseChain } from '../catalog/warehouses.ts'
import type { WarehouseApiDeps } from './warehouse-deps.ts'
import type { Permitted } from './permit.ts'

/** One level of a namespace, or the name of a table or view. */
export const objectName: z.ZodType<string> = z
  .string()
  .min(1)
  .max(512)
  .refine(
    (text) => !text.includes('\u0000') && !text.includes('\u001f') && text.isWellFormed(),
    'must be text without U+0000 and U+001F',
  )

export const levels: z.ZodType<string[]> = z
  .array(objectName)
  .min(1)
  .max(64)
  .describe('The levels, outermost first.')

export const warehouseParams: z.ZodObject<{ warehouse: z.ZodType<string> }> = z.strictObject({
  warehouse: z.string().min(1).max(512).describe('The name of the warehouse.'),
})

/**
 * Returns the error for an object that is missing or hidden: for a caller that may not see the warehouse, the error of
 * a missing warehouse.
 */
export function missingOrHidden(policy: Policy, warehouse: Warehouse, missing: HeadgateError): HeadgateError {
  return visible(policy, warehouseChain(warehouse)) ? missing : missingWarehouse(warehouse.name)
}

/** The server itself as the object of an authorization decision. */
export const serverObject: Permitted = { kind: 'server', id: serverId, name: 'server', chain: serverChain }

/** Returns a managed warehouse with its opened storage. */
export async function requireManagedWarehouse(deps: WarehouseApiDeps, name: string): Promise<Warehouse> {
  const warehouse = await deps.warehouses.get(name)
  if (warehouse === null || warehouse.kind !== 'managed') throw missingWarehouse(name)
  return warehouse
}

/** Returns a warehouse of either kind with its storage open. */
export async function requireOpenWarehouse(deps: WarehouseApiDeps, name: string): Promise<Warehouse> {
  const warehouse = await deps.warehouses.get(name)
  if (warehouse === null) throw missingWarehouse(name)
  return warehouse
}

export function toObject(warehouse: Pick<Warehouse, 'id' | 'name' | 'ownerId'>): Permitted {
  const { id, name } = warehouse
  return {
    kind: 'warehouse',
    id,
    name,
    chain: warehouseChain(warehouse),
    missing: () => missingWarehouse(name),
  }
}

/** Object of an operation, with its name in authorization decisions and audit events. */
export interface FoundObject<T> {
  readonly found: T
  readonly object: Permitted
}

export async function requireNamespace(
  deps: WarehouseApiDeps,
  policy: Policy,
  warehouse: Warehouse,
  namespace: readonly string[],
): Promise<FoundObject<FoundNamespace>> {
  const missing = (): HeadgateError => missingOrHidden(policy, warehouse, missingNamespace(namespace))
  const found = await lookUpNamespace(deps, warehouse, namespace)
  if (found === null) throw missing()
  const name = `${warehouse.name}:${formatNamespace(namespace)}`
  return { found, object: { kind: 'namespace', id: found.row.id, name, chain: found.chain, missing } }
}

/** Finds a name in an existing namespace. The namespace need not contain a table or view with this name. */
export async function requirePlace(
  deps: WarehouseApiDeps,
  policy: Policy,
  warehouse: Warehouse,
  namespace: readonly string[],
  name: string,
): Promise<FoundObject<ResolvedName>> {
  const missing = (): HeadgateError => missingOrHidden(policy, warehouse, missingNamespace(namespace))
  const identifier = { namespace, name }
  const found = toResolvedName({ warehouse, identifier }, await resolve(deps.sql, warehouse.id, identifier))
  if (found === null) throw missing()
  const shown = `${warehouse.name}:${formatNamespace(namespace)}`
  return {
    found,
    object: { kind: 'namespace', id: found.namespaceId, name: shown, chain: found.namespaceChain, missing },
  }
}

export async function requireRelation(
  deps: WarehouseApiDeps,
  policy: Policy,
  warehouse: Warehouse,
  namespace: readonly string[],
  name: string,
): Promise<FoundObject<Target>> {
  const identifier = { namespace, name }
  const missing = (): HeadgateError =>
    missingOrHidden(policy, warehouse, missingRelation('table', identifier))
  const place = toResolvedName({ warehouse, identifier }, await resolve(deps.sql, warehouse.id, identifier))
  const found = place === null ? null : toTarget(place)
  if (found === null) throw missing()
  const shown = `${warehouse.name}:${formatIdentifier(identifier)}`
  return {
    found,
    object: { kind: 'relation', id: found.relation.id, name: shown, chain: found.chain, missing },
  }
}
