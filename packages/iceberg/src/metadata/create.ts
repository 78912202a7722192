import { build } from './builder/build.ts'
import { createEmptyDraft } from './builder/draft.ts'
import { checkNewTableProperties } from './create-properties.ts'
import { invalid } from '../field-error.ts'
import { checkSpecCompatibility, withSequentialIds } from './partition/check-spec.ts'
import { replaceSources, sourceIds } from './partition/sources.ts'
import type { PartitionSpec } from './partition/types.ts'
import { FORMAT_VERSION_PROPERTY, intProperty, unreservedProperties } from './properties.ts'
import { assignFreshIds, type FreshSchema } from './schema/fresh-ids.ts'
import { schemaIndex, type SchemaIndex } from './schema/schema-index.ts'
import type { Schema } from './schema/types.ts'
import { checkOrderCompatibility } from './sort/check-order.ts'
import { UNSORTED } from './sort/decode-order.ts'
import type { SortOrder } from './sort/types.ts'
import { normalizeLocation } from './table/location.ts'
import { decodeUuid } from './table/uuid.ts'
import { SUPPORTED_FORMAT_VERSION, type FormatVersion, type TableMetadata } from './types.ts'
import { addSchema } from './update/schemas.ts'
import { addSortOrder, setDefaultSortOrder } from './update/sort-orders.ts'
import { addSpec } from './update/specs.ts'

const DEFAULT_FORMAT_VERSION = 2
const NEW_TABLE_DEFAULTS = { 'write.parquet.compression-codec': 'zstd' }

/**
 * Request to create a table. Its parts refer to each other by schema, spec and order ids. The new table has other
 * ids.
 */
export interface CreateTable {
  readonly uuid: string
  readonly location: string
  readonly schema: Schema
  readonly spec?: PartitionSpec
  readonly order?: SortOrder
  readonly properties: Readonly<Record<string, string>>
  /** Current time in ms since the epoch. */
  readonly now: number
}

/**
 * Creates the first metadata of a table. Assigns new ids to the columns, and updates the spec, order and identifier
 * fields. The property `format-version` selects the format version (default: 2). This property and the other reserved
 * properties are not stored.
 *
 * Source: Iceberg REST specification, createTable.
 *
 * @throws {HeadgateError} bad-request
 */
export function createTableMetadata(request: CreateTable): TableMetadata {
  const version = requestedVersion(request.properties)
  const index = schemaIndex(request.schema)
  const properties = { ...NEW_TABLE_DEFAULTS, ...unreservedProperties(request.properties) }
  checkNewTableProperties(properties, index, version)
  const draft = createEmptyDraft(version, request.now)
  draft.uuid = decodeUuid(request.uuid)
  draft.location = normalizeLocation(request.location)
  draft.properties = new Map(Object.entries(properties))
  const fresh = assignFreshIds(request.schema)
  addSchema(draft, fresh.schema)
  draft.lastColumnId = fresh.lastColumnId
  addSpec(draft, freshSpec(request.spec ?? { 'spec-id': 0, fields: [] }, index, fresh))
  addSortOrder(draft, freshOrder(request.order ?? UNSORTED, index, fresh))
  setDefaultSortOrder(draft, -1)
  return build(draft, [])
}

function requestedVersion(properties: Readonly<Record<string, string>>): FormatVersion {
  const text = Object.hasOwn(properties, FORMAT_VERSION_PROPERTY)
    ? properties[FORMAT_VERSION_PROPERTY]
    : undefined
  const version = intProperty(FORMAT_VERSION_PROPERTY, text, DEFAULT_FORMAT_VERSION)
  if (version === 1 || version === 2 || version === 3) return version
  throw invalid(`Unsupported format version: v${version} (supported: v${SUPPORTED_FORMAT_VERSION})`)
}

function freshSpec(spec: PartitionSpec, index: SchemaIndex, fresh: FreshSchema): PartitionSpec {
  checkSpecCompatibility(spec, index)
  const fields = spec.fields.map((field) => {
    for (const id of sourceIds(field))
      if (!index.byId.has(id)) throw invalid(`Cannot find source column for partition field: ${field.name}`)
    return replaceSources(field, (id) => fresh.newIds.get(id) ?? id)
  })
  return withSequentialIds({ ...spec, fields })
}

function freshOrder(order: SortOrder, index: SchemaIndex, fresh: FreshSchema): SortOrder {
  checkOrderCompatibility(order, index)
  return {
    ...order,
    fields: order.fields.map((field) => replaceSources(field, (id) => fresh.newIds.get(id) ?? id)),
  }
}
