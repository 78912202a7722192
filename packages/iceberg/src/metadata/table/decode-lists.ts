import type { JsonObject } from '@headgate/json'
import { invalid } from '../../field-error.ts'
import { decodeArray, decodeInt32, optional, required } from '../../fields.ts'
import {
  checkPartitionNames,
  checkSpecCompatibility,
  findLastPartitionId,
  withSequentialIds,
} from '../partition/check-spec.ts'
import { decodePartitionFields, decodePartitionSpec } from '../partition/decode-spec.ts'
import type { PartitionSpec } from '../partition/types.ts'
import { decodeSchema } from '../schema/decode-schema.ts'
import { schemaIndex, type SchemaIndex } from '../schema/schema-index.ts'
import type { Schema } from '../schema/types.ts'
import { checkOrderCompatibility } from '../sort/check-order.ts'
import { decodeSortOrder, UNSORTED } from '../sort/decode-order.ts'
import type { SortOrder } from '../sort/types.ts'
import type { FormatVersion } from '../types.ts'

/** Schemas of a table metadata document, with the index of the current schema. */
export interface DecodedSchemas {
  readonly list: readonly Schema[]
  readonly currentId: number
  /** Index of the current schema. */
  readonly index: SchemaIndex
}

/** Decodes `schemas`, or the member `schema` of early writers of format 1. */
export function decodeSchemas(object: JsonObject, version: FormatVersion): DecodedSchemas {
  const list = optional(object, 'schemas', (json) => decodeArray(json, decodeSchema))
  if (list === undefined) {
    mustExist('schemas', version)
    const schema = required(object, 'schema', decodeSchema)
    return { list: [schema], currentId: schema['schema-id'], index: schemaIndex(schema) }
  }
  const currentId = required(object, 'current-schema-id', decodeInt32)
  const current = only(list, 'schema-id', currentId, 'schema')
  if (current === undefined)
    throw invalid(`Cannot find schema with current-schema-id=${currentId} from schemas`)
  return { list, currentId, index: schemaIndex(current) }
}

interface DecodedSpecs {
  readonly 'partition-specs': readonly PartitionSpec[]
  readonly 'default-spec-id': number
  readonly 'last-partition-id': number
}

/** Decodes `partition-specs`, or the member `partition-spec` of early writers of format 1. */
export function decodeSpecs(object: JsonObject, version: FormatVersion, schema: SchemaIndex): DecodedSpecs {
  const specs = decodeSpecList(object, version)
  const defaultId =
    (object['partition-specs'] ?? undefined) === undefined
      ? 0
      : required(object, 'default-spec-id', decodeInt32)
  const current = only(specs, 'spec-id', defaultId, 'partition spec')
  if (current === undefined) throw invalid(`Cannot find partition spec with default-spec-id=${defaultId}`)
  for (const spec of specs) checkPartitionNames(spec, schema)
  checkSpecCompatibility(current, schema)
  const lastId = optional(object, 'last-partition-id', decodeInt32)
  if (lastId === undefined) mustExist('last-partition-id', version)
  return {
    'partition-specs': specs,
    'default-spec-id': defaultId,
    'last-partition-id': lastId ?? Math.max(...specs.map(findLastPartitionId)),
  }
}

function decodeSpecList(object: JsonObject, version: FormatVersion): readonly PartitionSpec[] {
  const specs = optional(object, 'partition-specs', (json) => decodeArray(json, decodePartitionSpec))
  if (specs !== undefined) return specs.map(withIds)
  mustExist('partition-specs', version)
  const fields = required(object, 'partition-spec', decodePartitionFields)
  return [withIds({ 'spec-id': 0, fields })]
}

function withIds(spec: PartitionSpec): PartitionSpec {
  return spec.fields.some((field) => field['field-id'] === undefined) ? withSequentialIds(spec) : spec
}

interface DecodedOrders {
  readonly 'sort-orders': readonly SortOrder[]
  readonly 'default-sort-order-id': number
}

/** Decodes `sort-orders`, which early writers of format 1 omit. */
export function decodeSortOrders(
  object: JsonObject,
  version: FormatVersion,
  schema: SchemaIndex,
): DecodedOrders {
  const orders = optional(object, 'sort-orders', (json) => decodeArray(json, decodeSortOrder))
  if (orders === undefined) {
    mustExist('sort-orders', version)
    return { 'sort-orders': [UNSORTED], 'default-sort-order-id': UNSORTED['order-id'] }
  }
  const defaultId = required(object, 'default-sort-order-id', decodeInt32)
  const current = only(orders, 'order-id', defaultId, 'sort order')
  if (current === undefined) throw invalid(`Cannot find sort order with default-sort-order-id=${defaultId}`)
  checkOrderCompatibility(current, schema)
  return { 'sort-orders': orders, 'default-sort-order-id': defaultId }
}

/**
 * Throws the error for a document without this field. Does not throw for format 1, because early writers of format 1
 * did not write the field.
 */
function mustExist(field: string, version: FormatVersion): void {
  if (version > 1) throw invalid(`${field} must exist in format v${version}`)
}

/** Returns the element of a list that has this id, or undefined. Refuses a list with duplicate ids. */
function only<K extends string, T extends { readonly [key in K]: number }>(
  items: readonly T[],
  key: K,
  id: number,
  what: string,
): T | undefined {
  const byId = new Map<number, T>()
  for (const item of items) {
    if (byId.has(item[key])) throw invalid(`${what} ${item[key]} comes twice`)
    byId.set(item[key], item)
  }
  return byId.get(id)
}
