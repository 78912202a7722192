import type { Json } from '@headgate/json'
import {
  decodeArray,
  decodeAt,
  decodeInt32,
  decodeInt64,
  decodeNonEmptyText,
  decodeObject,
  decodeText,
  decodeTextMap,
  decodeTexts,
  optional,
  required,
} from '../fields.ts'
import type { ViewHistoryEntry, ViewRepresentation, ViewVersion } from './view-metadata.ts'

function decodeRepresentation(value: Json): ViewRepresentation {
  const object = decodeObject(value)
  const type = required(object, 'type', decodeNonEmptyText)
  if (type.toLowerCase() !== 'sql') return { ...object, type }
  return {
    ...object,
    type,
    sql: required(object, 'sql', decodeText),
    dialect: required(object, 'dialect', decodeNonEmptyText),
  }
}

/**
 * Decodes a version of a view. Unknown members are kept.
 *
 * @param at path of the value, for messages
 */
export function decodeViewVersion(value: Json, at = ''): ViewVersion {
  return decodeAt(at, value, readVersion)
}

function readVersion(value: Json): ViewVersion {
  const { 'default-catalog': _, ...object } = decodeObject(value)
  const defaultCatalog = optional(decodeObject(value), 'default-catalog', decodeText)
  return {
    ...object,
    'version-id': required(object, 'version-id', decodeInt32),
    'timestamp-ms': required(object, 'timestamp-ms', decodeInt64),
    'schema-id': required(object, 'schema-id', decodeInt32),
    summary: required(object, 'summary', decodeTextMap),
    // Null and a missing member mean the same. Decoded versions omit the member.
    ...(defaultCatalog === undefined ? {} : { 'default-catalog': defaultCatalog }),
    'default-namespace': required(object, 'default-namespace', decodeTexts),
    representations: required(object, 'representations', (list) => decodeArray(list, decodeRepresentation)),
  }
}

/** Decodes an entry of a view's version log. */
export function decodeViewHistoryEntry(value: Json): ViewHistoryEntry {
  const object = decodeObject(value)
  return {
    ...object,
    'timestamp-ms': required(object, 'timestamp-ms', decodeInt64),
    'version-id': required(object, 'version-id', decodeInt32),
  }
}
