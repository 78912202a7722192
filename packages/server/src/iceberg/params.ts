import { HeadgateError } from '@headgate/errors'
import {
  decodeNameParam,
  decodeNamespaceParam,
  type Namespace,
  type TableIdentifier,
} from '@headgate/iceberg/rest'
import { missingWarehouse } from '../catalog/existing.ts'
import { getManagedWarehouse } from '../catalog/find-warehouse.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import type { Call } from '../operation/operation.ts'
import type { IcebergDeps } from './deps.ts'

type NameDeps = Pick<IcebergDeps, 'namespaceSeparator' | 'nameLimits'>

/**
 * Returns the warehouse whose name is the path parameter `prefix`. Does not check the caller's rights: the decision
 * on the object in the warehouse does.
 */
export async function managedWarehouseParam(
  deps: Pick<IcebergDeps, 'warehouses'>,
  call: Call,
): Promise<Warehouse> {
  return await getManagedWarehouse(deps, decodePrefix(call.params['prefix'] ?? ''))
}

/**
 * Returns the warehouse of the path, managed or upstream. For operations that need only the rows of a table, which both
 * kinds have.
 */
export async function anyWarehouseParam(
  { warehouses }: Pick<IcebergDeps, 'warehouses'>,
  call: Call,
): Promise<Warehouse> {
  const name = decodePrefix(call.params['prefix'] ?? '')
  const warehouse = await warehouses.get(name)
  if (warehouse === null) throw missingWarehouse(name)
  return warehouse
}

/**
 * Decodes the path parameter `prefix`.
 *
 * @throws HeadgateError `bad-request`
 */
export function decodePrefix(raw: string): string {
  try {
    return decodeURIComponent(raw)
  } catch {
    throw new HeadgateError(
      'bad-request',
      'The prefix in the path is not valid percent-encoding. Use the prefix from GET /v1/config.',
    )
  }
}

/** Returns the namespace of the path. Its levels are separated by the advertised separator or by U+001F. */
export function namespaceParam(deps: NameDeps, call: Call): Namespace {
  return decodeNamespace(deps, call.params['namespace'] ?? '')
}

function decodeNamespace(deps: NameDeps, raw: string): Namespace {
  return decodeNamespaceParam(raw, [decodeURIComponent(deps.namespaceSeparator)], deps.nameLimits)
}

/** Returns the name of the table or view in the path. */
export function relationParam(deps: NameDeps, call: Call, kind: 'table' | 'view'): TableIdentifier {
  return {
    namespace: namespaceParam(deps, call),
    name: decodeNameParam(call.params[kind] ?? '', `${kind} name`, deps.nameLimits),
  }
}

/**
 * Returns the query parameter `parent`. Null when it is absent or empty: the warehouse itself. Some clients encode it
 * twice, so that a separator arrives as the text `%1F`.
 */
export function parentParam(deps: NameDeps, call: Call): Namespace | null {
  const parent = call.query.get('parent')
  if (parent === null || parent === '') return null
  return decodeNamespace(deps, /%1f/i.test(parent) ? parent : encodeURIComponent(parent))
}
