import type { TableIdentifier } from '@headgate/iceberg/rest'
import type { ClaimedPlaces } from '../../store/location-claims.ts'
import type { Bodies, NewRelation, Replacement } from '../../store/relation-writes.ts'
import type { ChosenPlaces } from '../chosen-places.ts'
import type { MetadataFile } from '../metadata-file.ts'
import type { RelationModel } from '../relation-model.ts'
import type { Warehouse } from '../warehouses.ts'

/** Complete plan for the change of one relation. Nothing has been written for it. */
export interface Plan<Metadata> {
  readonly warehouse: Warehouse
  readonly identifier: TableIdentifier
  readonly model: RelationModel<Metadata, never, never>
  readonly metadata: Metadata
  readonly file: MetadataFile
  /**
   * True when the metadata file existed before (registerTable). The commit does not write it, and does not delete it
   * when the change fails.
   */
  readonly fileExists: boolean
  readonly write:
    | { readonly type: 'create'; readonly relation: Omit<NewRelation, keyof Bodies> }
    | { readonly type: 'replace'; readonly replacement: Omit<Replacement, keyof Bodies> }
  /**
   * Locations that the commit records for the relation. Null when the locations do not change, or when the row of a new
   * relation contains them.
   */
  readonly recorded: ClaimedPlaces | null
  /**
   * Locations that the client chose in this request. The commit compares them with all location claims. Null when the
   * client chose no location.
   */
  readonly chosen: ChosenPlaces | null
  /** Metadata files to delete after the commit. */
  readonly expired: readonly string[]
}

/** Returns the id of the relation that a plan creates or replaces. */
export function planId({ write }: Pick<Plan<unknown>, 'write'>): string {
  return write.type === 'create' ? write.relation.id : write.replacement.rowVersion.id
}

/**
 * Cache of decoded metadata, by relation id and `toMetadataKey`; see `ModelCache`. It contains no `RelationModel`: that
 * is the set of functions for tables or for views.
 */
export interface Models<Metadata> {
  get(relationId: string, key: string): Metadata | undefined
  add(relationId: string, key: string, metadata: Metadata, textBytes: number): void
}
