import { HeadgateError } from '@headgate/errors'
import type { Json, JsonObject } from '@headgate/json'
import { decodeViewHistoryEntry, decodeViewVersion } from './decode-view-version.ts'
import {
  decodeArray,
  decodeAt,
  decodeInt32,
  decodeNonEmptyText,
  decodeObject,
  decodeTextMap,
  optional,
  required,
} from '../fields.ts'
import { SUPPORTED_VIEW_FORMAT_VERSION } from './format-version.ts'
import { decodeSchema } from '../metadata/schema/decode-schema.ts'
import { encodeSchema } from '../metadata/schema/encode-schema.ts'
import { decodeUuid } from './uuid.ts'
import type { ViewMetadata } from './view-metadata.ts'

const ROOT = 'view metadata'

/**
 * Decodes the metadata document of a view. Checks that ids are unique, and that the current version and its schema exist.
 * Unknown members are kept.
 *
 * @throws {HeadgateError} `bad-request` with the path of the wrong member
 * @example decodeViewMetadata(parse(text))
 */
export function decodeViewMetadata(value: Json): ViewMetadata {
  return decodeAt('view metadata', value, decodeView)
}

function decodeView(value: Json): ViewMetadata {
  const object = decodeObject(value)
  const metadata: ViewMetadata = {
    ...object,
    'view-uuid': required(object, 'view-uuid', decodeUuid),
    'format-version': required(object, 'format-version', decodeFormatVersion),
    location: required(object, 'location', decodeNonEmptyText),
    properties: optional(object, 'properties', decodeTextMap) ?? {},
    schemas: required(object, 'schemas', (list) => decodeArray(list, decodeSchema)),
    'current-version-id': required(object, 'current-version-id', decodeInt32),
    versions: required(object, 'versions', (list) => decodeArray(list, decodeViewVersion)),
    'version-log': required(object, 'version-log', (list) => decodeArray(list, decodeViewHistoryEntry)),
  }
  checkReferences(metadata)
  return metadata
}

/**
 * Returns the metadata document of a view: the members of the specification in its order, then unknown members.
 */
export function encodeViewMetadata(metadata: ViewMetadata): JsonObject {
  const known: ViewMetadata = {
    'view-uuid': metadata['view-uuid'],
    'format-version': metadata['format-version'],
    location: metadata.location,
    properties: metadata.properties,
    schemas: metadata.schemas,
    'current-version-id': metadata['current-version-id'],
    versions: metadata.versions,
    'version-log': metadata['version-log'],
  }
  return { ...known, ...metadata, schemas: metadata.schemas.map(encodeSchema) }
}

function decodeFormatVersion(value: Json): number {
  const version = decodeInt32(value)
  if (version < 1 || version > SUPPORTED_VIEW_FORMAT_VERSION) {
    throw new HeadgateError('bad-request', `Unsupported format version: ${version}`)
  }
  return version
}

function checkReferences(metadata: ViewMetadata): void {
  const schemaIds = uniqueIds(
    metadata.schemas.map((schema) => schema['schema-id']),
    'schemas',
  )
  uniqueIds(
    metadata.versions.map((version) => version['version-id']),
    'versions',
  )
  const currentId = metadata['current-version-id']
  const current = metadata.versions.find((version) => version['version-id'] === currentId)
  if (current === undefined) {
    throw new HeadgateError('bad-request', `Invalid ${ROOT}: current version ${currentId} is not in versions`)
  }
  if (!schemaIds.has(current['schema-id'])) {
    throw new HeadgateError(
      'bad-request',
      `Invalid ${ROOT}: schema ${current['schema-id']} is not in schemas`,
    )
  }
}

function uniqueIds(ids: readonly number[], list: string): ReadonlySet<number> {
  const seen = new Set<number>()
  for (const id of ids) {
    if (seen.has(id))
      throw new HeadgateError('bad-request', `Invalid ${ROOT}: id ${id} occurs twice in ${list}`)
    seen.add(id)
  }
  return seen
}
