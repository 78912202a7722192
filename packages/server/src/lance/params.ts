import { HeadgateError } from '@headgate/errors'
import { checkName, checkNamespace, type Namespace, type TableIdentifier } from '@headgate/iceberg/rest'
import type { Json } from '@headgate/json'
import {
  DEFAULT_DELIMITER,
  parseIdentifier,
  WireError,
  type Decoder,
  type Identifier,
} from '@headgate/lance/model'
import { getManagedWarehouse } from '../catalog/find-warehouse.ts'
import { rootNamespace } from '../catalog/lance/root-namespace.ts'
import type { RelationRef } from '../catalog/target.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import type { Call } from '../operation/operation.ts'
import type { LanceDeps } from './deps.ts'

/** Request with the warehouse and the identifier of its path. */
export interface LanceRequest<T> {
  readonly warehouse: Warehouse
  /** Names from the warehouse down. Empty for the root, which is the warehouse. */
  readonly id: Identifier
  readonly body: T
}

/** Returns the warehouse of the path. Does not check the rights of the caller; the decision on the object does. */
export async function managedWarehouseParam(
  deps: Pick<LanceDeps, 'warehouses'>,
  call: Pick<Call, 'params'>,
): Promise<Warehouse> {
  return await getManagedWarehouse(deps, decodeSegment(call.params['warehouse'] ?? ''))
}

/** Returns the delimiter between the names of an identifier, which each request may choose. */
export function delimiterParam({ query }: Pick<Call, 'query'>): string {
  return query.get('delimiter') ?? DEFAULT_DELIMITER
}

/** Reads the path and the JSON body of a request. An absent body counts as an empty object, as does null. */
export async function readRequest<T>(
  deps: Pick<LanceDeps, 'warehouses'>,
  call: Call,
  decode: Decoder<T>,
): Promise<LanceRequest<T>> {
  const warehouse = await managedWarehouseParam(deps, call)
  const id = idParam(call)
  const json = (await call.json()) ?? {}
  checkSameId(call, json)
  return { warehouse, id, body: decodeBody(decode, json) }
}

/**
 * Returns the identifier in the request path: the names from the warehouse down to a namespace or table. Clients that
 * are written in Rust encode a space as `+`, and `+` as `%2B`.
 *
 * @throws HeadgateError `bad-request`
 */
export function idParam(call: Pick<Call, 'params' | 'query'>): Identifier {
  return parseIdentifier(decodeSegment(call.params['id'] ?? ''), delimiterParam(call))
}

/**
 * Converts an identifier to the namespace that it names. Null for the root, which is the warehouse.
 *
 * @throws HeadgateError `bad-request`
 */
export function toNamespace({ nameLimits }: Pick<LanceDeps, 'nameLimits'>, id: Identifier): Namespace | null {
  return id.length === 0 ? null : checkNamespace(id, nameLimits)
}

/**
 * Converts an identifier to the table name that it names: the namespace and the last name.
 *
 * @throws HeadgateError `bad-request`
 */
export function toTableIdentifier(
  { nameLimits }: Pick<LanceDeps, 'nameLimits'>,
  id: Identifier,
): TableIdentifier {
  const name = id.at(-1)
  if (name === undefined)
    throw new HeadgateError('bad-request', 'The identifier names the root, but the operation needs a table.')
  const above = id.slice(0, -1)
  return {
    namespace: checkNamespace(above.length === 0 ? [rootNamespace] : above, nameLimits),
    name: checkName(name, 'table name', nameLimits),
  }
}

/** Returns the table that a request names. */
export function toTableRef(
  deps: Pick<LanceDeps, 'nameLimits'>,
  { warehouse, id }: Pick<LanceRequest<unknown>, 'warehouse' | 'id'>,
): RelationRef {
  return { warehouse, identifier: toTableIdentifier(deps, id) }
}

/**
 * Compares the identifier in a body with the path. They are compared as texts, because DuckDB sends the joined names as
 * one name.
 */
function checkSameId(call: Call, json: Json): void {
  if (typeof json !== 'object' || json === null || !('id' in json) || !Array.isArray(json['id'])) return
  const delimiter = delimiterParam(call)
  const names = (json['id'] as readonly Json[]).map(String)
  const shown = names.length === 0 ? delimiter : names.join(delimiter)
  if (shown === decodeSegment(call.params['id'] ?? '')) return
  throw new HeadgateError(
    'bad-request',
    'The member id of the body differs from the identifier in the path. Send the same names, or omit the member.',
  )
}

/**
 * Decodes the body of a request.
 *
 * @throws HeadgateError `bad-request` for a body that the specification does not allow
 */
export function decodeBody<T>(decode: Decoder<T>, json: Json): T {
  try {
    return decode(json)
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause
    throw new HeadgateError('bad-request', `The body is not valid: ${cause.message}.`, { cause })
  }
}

/**
 * Decodes a percent-encoded path segment, in which `+` is a space.
 *
 * @throws HeadgateError `bad-request` for malformed percent-encoding
 */
function decodeSegment(raw: string): string {
  try {
    return decodeURIComponent(raw.replaceAll('+', '%20'))
  } catch (cause) {
    throw new HeadgateError(
      'bad-request',
      'The path contains malformed percent-encoding. Encode each name as UTF-8, then each byte as % and two digits.',
      { cause },
    )
  }
}
