import type { Int64, JsonObject } from '@headgate/json'
import type { Schema } from '../metadata/schema/types.ts'
import type { StringMap } from '../fields.ts'

/**
 * A view as its metadata file holds it (Iceberg view specification, version 1).
 *
 * Plain JSON-shaped data under the specification's own names. Members the specification does not name are kept and
 * written again; they are not part of the type.
 */
export interface ViewMetadata extends JsonObject {
  readonly 'view-uuid': string
  readonly 'format-version': number
  /** Base location; metadata files go to `<location>/metadata/` unless `write.metadata.path` says otherwise. */
  readonly location: string
  readonly properties: StringMap
  readonly schemas: readonly Schema[]
  readonly 'current-version-id': number
  readonly versions: readonly ViewVersion[]
  /** Oldest first. */
  readonly 'version-log': readonly ViewHistoryEntry[]
}

/** One definition of a view. Never changed once it is part of a view. */
export interface ViewVersion extends JsonObject {
  readonly 'version-id': number
  /** When it was made, ms since the epoch. */
  readonly 'timestamp-ms': Int64
  /** In an update, -1 stands for the schema added last in the same set of updates. */
  readonly 'schema-id': number
  readonly summary: StringMap
  /** Catalog for names without one; absent: the catalog of the view. */
  readonly 'default-catalog'?: string
  readonly 'default-namespace': readonly string[]
  readonly representations: readonly ViewRepresentation[]
}

/** A way to say what the view is. `sql` is the only type so far, with `sql` and `dialect`; others are kept as they are. */
export interface ViewRepresentation extends JsonObject {
  readonly type: string
  readonly sql?: string
  readonly dialect?: string
}

/** One change of the current version. */
export interface ViewHistoryEntry extends JsonObject {
  /** ms since the epoch */
  readonly 'timestamp-ms': Int64
  readonly 'version-id': number
}
