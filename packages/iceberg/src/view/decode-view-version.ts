import type { Json } from '@headgate/json'
import {
  decodeArray,
  decodeInt32,
  decodeInt64,
  decodeNonEmptyString,
  decodeObject,
  decodeString,
  decodeStringMap,
  optional,
  required,
} from './fields.ts'
import type { ViewHistoryEntry, ViewRepresentation, ViewVersion } from './view-metadata.ts'

function decodeRepresentation(value: Json, at: string): ViewRepresentation {
  const object = decodeObject(value, at)
  const type = required(object, 'type', at, decodeNonEmptyString)
  if (type.toLowerCase() !== 'sql') return { ...object, type }
  return {
    ...object,
    type,
    sql: required(object, 'sql', at, decodeString),
    dialect: required(object, 'dialect', at, decodeNonEmptyString),
  }
}

/** Reads a view version; members it does not know stay with it. */
export function decodeViewVersion(value: Json, at: string): ViewVersion {
  const { 'default-catalog': _, ...object } = decodeObject(value, at)
  const defaultCatalog = optional(decodeObject(value, at), 'default-catalog', at, decodeString)
  return {
    ...object,
    'version-id': required(object, 'version-id', at, decodeInt32),
    'timestamp-ms': required(object, 'timestamp-ms', at, decodeInt64),
    'schema-id': required(object, 'schema-id', at, decodeInt32),
    summary: required(object, 'summary', at, decodeStringMap),
    // null and absent mean the same; only one form is kept.
    ...(defaultCatalog === undefined ? {} : { 'default-catalog': defaultCatalog }),
    'default-namespace': required(object, 'default-namespace', at, (levels, at) =>
      decodeArray(levels, at, decodeString),
    ),
    representations: required(object, 'representations', at, (list, at) =>
      decodeArray(list, at, decodeRepresentation),
    ),
  }
}

export function decodeViewHistoryEntry(value: Json, at: string): ViewHistoryEntry {
  const object = decodeObject(value, at)
  return {
    ...object,
    'timestamp-ms': required(object, 'timestamp-ms', at, decodeInt64),
    'version-id': required(object, 'version-id', at, decodeInt32),
  }
}
