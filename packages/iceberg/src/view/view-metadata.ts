import type { Int64, JsonObject } from '@headgate/json'
import type { Schema } from '../metadata/schema/types.ts'
import type { StringMap } from '../fields.ts'

/**
 * Content of the metadata file of a view (Iceberg view specification, version 1), with the same member names. Unknown
 * members are kept, but are not part of the type.
 */
export interface ViewMetadata extends JsonObject {
  readonly 'view-uuid': string
  readonly 'format-version': number
  /** Base location. Metadata files are in `<location>/metadata/` unless `write.metadata.path` is set. */
  readonly location: string
  readonly properties: StringMap
  readonly schemas: readonly Schema[]
  readonly 'current-version-id': number
  readonly versions: readonly ViewVersion[]
  /** Log of the changes of the current version, oldest first. */
  readonly 'version-log': readonly ViewHistoryEntry[]
}

/** Version of a view: its query and the schema of its rows. Immutable. */
export interface ViewVersion extends JsonObject {
  readonly 'version-id': number
  /** Time of the creation of this version, in ms since the epoch. */
  readonly 'timestamp-ms': Int64
  /** Id of the schema of this version. In an update, -1 refers to the last schema that the same commit added. */
  readonly 'schema-id': number
  readonly summary: StringMap
  /** Catalog of tables and views that the query names without a catalog. Default: the catalog of the view. */
  readonly 'default-catalog'?: string
  readonly 'default-namespace': readonly string[]
  readonly representations: readonly ViewRepresentation[]
}

/** Representation of a definition. The only specified type is `sql`, with the members `sql` and `dialect`. */
export interface ViewRepresentation extends JsonObject {
  readonly type: string
  readonly sql?: string
  readonly dialect?: string
}

/** Log entry for a change of the current version. */
export interface ViewHistoryEntry extends JsonObject {
  /** Time of the change in ms since the epoch. */
  readonly 'timestamp-ms': Int64
  readonly 'version-id': number
}
