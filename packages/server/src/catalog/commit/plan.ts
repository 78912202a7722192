import type { TableIdentifier } from '@headgate/iceberg/rest'
import type { ClaimedPlaces } from '../../store/location-claims.ts'
import type { Bodies, NewRelation, Replacement } from '../../store/relation-writes.ts'
import type { ChosenPlaces } from '../chosen-places.ts'
import type { MetadataFile } from '../metadata-file.ts'
import type { RelationModel } from '../relation-model.ts'
import type { Warehouse } from '../warehouses.ts'

/** Change of one relation: what will be written, once the plan is complete and before anything is written. */
export interface Plan<Metadata> {
  readonly warehouse: Warehouse
  readonly identifier: TableIdentifier
  readonly model: RelationModel<Metadata, never, never>
  readonly metadata: Metadata
  readonly file: MetadataFile
  /** The file existed before (register): it is not written, and not deleted when the change fails. */
  readonly fileExists: boolean
  readonly write:
    | { readonly type: 'create'; readonly relation: Omit<NewRelation, keyof Bodies> }
    | { readonly type: 'replace'; readonly replacement: Omit<Replacement, keyof Bodies> }
  /** Places to record for the relation. Null: they have not changed, or the row of a create contains them. */
  readonly recorded: ClaimedPlaces | null
  /** Places that the client chose in this request, which are compared with all claims. Null: none. */
  readonly chosen: ChosenPlaces | null
  /** Metadata files to delete after the commit. */
  readonly expired: readonly string[]
}

/** Returns the id of the relation that a plan creates or replaces. */
export function planId({ write }: Pick<Plan<unknown>, 'write'>): string {
  return write.type === 'create' ? write.relation.id : write.replacement.rowVersion.id
}

/** Cache of decoded metadata, by relation id and `toMetadataKey`; see `ModelCache`. */
export interface Models<Metadata> {
  get(relationId: string, key: string): Metadata | undefined
  add(relationId: string, key: string, metadata: Metadata, textBytes: number): void
}
