import type { TableIdentifier } from '@headgate/iceberg/rest'
import type { ClaimedPlaces } from '../../store/location-claims.ts'
import type { TextColumns, NewRelation, Replacement } from '../../store/relation-writes.ts'
import type { ChosenPlaces } from '../chosen-places.ts'
import type { MetadataFile } from '../metadata-file.ts'
import type { RelationModel } from '../relation-model.ts'
import type { Warehouse } from '../warehouses.ts'

/** Complete plan of the change of one relation. Nothing is written yet. */
export interface Plan<Metadata> {
  readonly warehouse: Warehouse
  readonly identifier: TableIdentifier
  readonly model: RelationModel<Metadata, never, never>
  readonly metadata: Metadata
  readonly file: MetadataFile
  /**
   * True when the metadata file existed before (registerTable). The commit then neither writes the file nor
   * deletes it after a failure.
   */
  readonly fileExists: boolean
  readonly write:
    | { readonly type: 'create'; readonly relation: Omit<NewRelation, keyof TextColumns> }
    | { readonly type: 'replace'; readonly replacement: Omit<Replacement, keyof TextColumns> }
  /**
   * Locations that the commit records for the relation. Null when the locations do not change, and for a new
   * relation, whose row contains its locations.
   */
  readonly recorded: ClaimedPlaces | null
  /**
   * Locations that the client chose in this request, and that the relation has not claimed before: of a new relation, or
   * added by an update. The commit compares them with all location claims. Null when there are none.
   */
  readonly chosen: ChosenPlaces | null
  /** Locations of earlier metadata files that are deleted after the commit. */
  readonly expired: readonly string[]
}

/** Returns the id of the relation that a plan creates or changes. */
export function planId({ write }: Pick<Plan<unknown>, 'write'>): string {
  return write.type === 'create' ? write.relation.id : write.replacement.rowVersion.id
}

/** Cache of decoded metadata, by relation id and metadata key; see `DecodedMetadataCache`. */
export interface DecodedMetadata<Metadata> {
  get(relationId: string, key: string): Metadata | undefined
  add(relationId: string, key: string, metadata: Metadata, textBytes: number): void
}
