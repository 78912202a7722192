import { HeadgateError } from '@headgate/errors'
import { formatIdentifier, formatNamespace } from '@headgate/iceberg/rest'
import { z } from 'zod'
import { serverChain, visible } from '../access/decide.ts'
import type { Policy } from '../access/policy.ts'
import { serverId } from '../access/privilege.ts'
import { missingNamespace, missingRelation } from '../catalog/existing.ts'
import { type FoundNamespace, lookUpNamespace } from '../catalog/namespaces.ts'
import { type Place, placeOf, type Target, targetOf } from '../catalog/target.ts'
import { type Warehouse, warehouseChain } from '../catalog/warehouses.ts'
import { findWarehouse, type WarehouseRow } from '../store/warehouses.ts'
import type { LakeParts } from './lake-parts.ts'
import type { Permitted } from './permit.ts'

/** One level of a namespace, or the name of a table or view. */
export const lakeName: z.ZodType<string> = z
  .string()
  .min(1)
  .max(512)
  .refine(
    (text) => !text.includes('\u0000') && !text.includes('\u001f') && text.isWellFormed(),
    'must be text without U+0000 and U+001F',
  )

export const levels: z.ZodType<string[]> = z
  .array(lakeName)
  .min(1)
  .max(64)
  .describe('The levels, outermost first.')

export const warehouseParams: z.ZodObject<{ warehouse: z.ZodType<string> }> = z.strictObject({
  warehouse: z.string().min(1).max(512).describe('The name of the warehouse.'),
})

export function missingWarehouse(name: string): HeadgateError {
  return new HeadgateError('no-such-warehouse', `Warehouse does not exist: ${name}`)
}

/** What is missing or hidden in a warehouse; for who may not see the warehouse, that is missing itself. */
export function missingIn(policy: Policy, warehouse: Warehouse, missing: HeadgateError): HeadgateError {
  return visible(policy, warehouseChain(warehouse)) ? missing : missingWarehouse(warehouse.name)
}

/** The server itself, as the object of a decision. */
export const theServer: Permitted = { kind: 'server', id: serverId, name: 'server', chain: serverChain }

/** The row of a warehouse as it is now. Throws 404. */
export async function warehouseRow(parts: Pick<LakeParts, 'sql'>, name: string): Promise<WarehouseRow> {
  const row = await findWarehouse(parts.sql, name)
  if (row === null) throw missingWarehouse(name)
  return row
}

/** A managed warehouse by name, with its storage open. */
export async function warehouseOf(parts: LakeParts, name: string): Promise<Warehouse> {
  const warehouse = await parts.warehouses.get(name)
  if (warehouse === null || warehouse.kind !== 'managed') throw missingWarehouse(name)
  return warehouse
}

export function asObject(warehouse: Pick<Warehouse, 'id' | 'name' | 'ownerId'>): Permitted {
  const { id, name } = warehouse
  return {
    kind: 'warehouse',
    id,
    name,
    chain: warehouseChain(warehouse),
    missing: () => missingWarehouse(name),
  }
}

/** What was found, and how decisions and events name it. */
export interface InLake<T> {
  readonly found: T
  readonly object: Permitted
}

export async function namespaceOf(
  parts: LakeParts,
  policy: Policy,
  warehouse: Warehouse,
  namespace: readonly string[],
): Promise<InLake<FoundNamespace>> {
  const missing = (): HeadgateError => missingIn(policy, warehouse, missingNamespace(namespace))
  const found = await lookUpNamespace(parts, warehouse, namespace)
  if (found === null) throw missing()
  const name = `${warehouse.name}:${formatNamespace(namespace)}`
  return { found, object: { kind: 'namespace', id: found.row.id, name, chain: found.chain, missing } }
}

/** The place of a name in an existing namespace, whatever stands there. */
export async function placeIn(
  parts: LakeParts,
  policy: Policy,
  warehouse: Warehouse,
  namespace: readonly string[],
  name: string,
): Promise<InLake<Place>> {
  const missing = (): HeadgateError => missingIn(policy, warehouse, missingNamespace(namespace))
  const identifier = { namespace, name }
  const found = placeOf(warehouse, identifier, await parts.resolver.whatStands(warehouse.id, identifier))
  if (found === null) throw missing()
  const shown = `${warehouse.name}:${formatNamespace(namespace)}`
  return {
    found,
    object: { kind: 'namespace', id: found.namespaceId, name: shown, chain: found.namespaceChain, missing },
  }
}

export async function relationOf(
  parts: LakeParts,
  policy: Policy,
  warehouse: Warehouse,
  namespace: readonly string[],
  name: string,
): Promise<InLake<Target>> {
  const identifier = { namespace, name }
  const missing = (): HeadgateError => missingIn(policy, warehouse, missingRelation('table', identifier))
  const place = placeOf(warehouse, identifier, await parts.resolver.whatStands(warehouse.id, identifier))
  const found = place === null ? null : targetOf(place)
  if (found === null) throw missing()
  const shown = `${warehouse.name}:${formatIdentifier(identifier)}`
  return {
    found,
    object: { kind: 'relation', id: found.relation.id, name: shown, chain: found.chain, missing },
  }
}
