import type { Int64 } from '@headgate/json'
import { applyViewUpdates } from './apply-view-updates.ts'
import type { StringMap } from '../fields.ts'
import type { Schema } from '../metadata/schema/types.ts'
import type { ViewMetadata, ViewVersion } from './view-metadata.ts'

/** Request to create a view. */
export interface NewView {
  readonly uuid: string
  readonly location: string
  readonly schema: Schema
  /** First version of the view. The server replaces its id, schema id and time. */
  readonly version: ViewVersion
  readonly properties: StringMap
  /** Current time in ms since the epoch. */
  readonly now: Int64
}

/**
 * Creates the first metadata of a view, with schema 0 and version 1 as the current version. Ignores the ids of the request.
 *
 * @throws {HeadgateError} `bad-request` when the version has no SQL, or two statements for one dialect
 */
export function createViewMetadata({
  uuid,
  location,
  schema,
  version,
  properties,
  now,
}: NewView): ViewMetadata {
  const first: ViewVersion = { ...version, 'version-id': 1, 'schema-id': -1, 'timestamp-ms': now }
  const { metadata } = applyViewUpdates(
    null,
    [
      { action: 'assign-uuid', uuid },
      { action: 'set-location', location },
      { action: 'set-properties', updates: properties },
      { action: 'add-schema', schema },
      { action: 'add-view-version', 'view-version': first },
      { action: 'set-current-view-version', 'view-version-id': -1 },
    ],
    { now },
  )
  return metadata
}
