import {
  applyTableUpdates,
  checkTableRequirements,
  decodeRegisteredTable,
  decodeTableMetadata,
  parseMetadataCodec,
  metadataFileName,
  referencedSnapshotsOnly,
  tableLocations,
  type TableMetadata,
  type TableRequirement,
  type TableUpdate,
  tableTextPieces,
} from '@headgate/iceberg/metadata'
import {
  applyViewUpdates,
  checkViewRequirements,
  decodeRegisteredView,
  decodeViewMetadata,
  encodeViewMetadata,
  viewLocations,
  viewMetadataCodec,
  viewMetadataFileName,
  type ViewMetadata,
  type ViewRequirement,
  type ViewUpdate,
} from '@headgate/iceberg/view'
import { type Json, stringify } from '@headgate/json'
import type { IcebergKind } from '../store/relations.ts'
import { metadataText, type MetadataText } from './metadata-text.ts'

interface Applied<Metadata> {
  readonly metadata: Metadata
  readonly changed: boolean
  /** Metadata files that the commit removed from the metadata log. They can be deleted after the commit. */
  readonly expired: readonly string[]
}

/** Functions that differ between tables and views. */
export interface RelationModel<Metadata, Update, Requirement> {
  readonly kind: IcebergKind
  decode(value: Json): Metadata
  /**
   * Decodes a metadata file that a client registers. The server does not change the file, and engines read it
   * as it is.
   */
  decodeRegistered(value: Json): Metadata
  /** Returns the metadata as JSON text, in the form that is stored and sent to clients. */
  text(metadata: Metadata): MetadataText
  /** Returns the UUID of the relation in lower case. Returns null for an old table without a UUID. */
  uuid(metadata: Metadata): string | null
  location(metadata: Metadata): string
  /**
   * Returns all locations to which files of the relation may be written. The location of the relation itself is the
   * first.
   */
  locations(metadata: Metadata): readonly string[]
  /** Returns the folder of the metadata files, without trailing slash. */
  metadataFolder(metadata: Metadata): string
  metadataFileName(metadata: Metadata, version: number): string
  /** Returns the metadata with referenced snapshots only. Returns null when all snapshots are referenced. */
  referencedOnly(metadata: Metadata): Metadata | null
  check(base: Metadata | null, requirements: readonly Requirement[]): void
  apply(
    base: Metadata | null,
    updates: readonly Update[],
    context: { now: number; baseLocation: string | null; uuid?: string },
  ): Applied<Metadata>
}

export const tableModel: RelationModel<TableMetadata, TableUpdate, TableRequirement> = {
  kind: 'table',
  decode: decodeTableMetadata,
  decodeRegistered: decodeRegisteredTable,
  text: (metadata) => metadataText(tableTextPieces(metadata)),
  uuid: (metadata) => metadata['table-uuid']?.toLowerCase() ?? null,
  location: (metadata) => metadata.location,
  locations: (metadata) => tableLocations(metadata).all,
  metadataFolder: (metadata) => resolveMetadataFolder(tableLocations(metadata)),
  metadataFileName: (metadata, version) =>
    metadataFileName(version, crypto.randomUUID(), parseMetadataCodec(metadata)),
  referencedOnly: referencedSnapshotsOnly,
  check: checkTableRequirements,
  apply(base, updates, context) {
    const { metadata, changed, expiredMetadataFiles: expired } = applyTableUpdates(base, updates, context)
    return { metadata, changed, expired }
  },
}

export const viewModel: RelationModel<ViewMetadata, ViewUpdate, ViewRequirement> = {
  kind: 'view',
  decode: decodeViewMetadata,
  decodeRegistered: decodeRegisteredView,
  text: (metadata) => metadataText([{ text: stringify(encodeViewMetadata(metadata)), lasting: false }]),
  uuid: (metadata) => metadata['view-uuid'].toLowerCase(),
  location: (metadata) => metadata.location,
  locations: (metadata) => viewLocations(metadata).all,
  metadataFolder: (metadata) => resolveMetadataFolder(viewLocations(metadata)),
  metadataFileName: (metadata, version) =>
    viewMetadataFileName(version, crypto.randomUUID(), viewMetadataCodec(metadata.properties ?? {})),
  referencedOnly: () => null,
  check(base, requirements) {
    if (base !== null) checkViewRequirements(base, requirements)
  },
  apply: (base, updates, context) => ({ ...applyViewUpdates(base, updates, context), expired: [] }),
}

function resolveMetadataFolder({
  location,
  metadataPath,
}: {
  readonly location: string
  readonly metadataPath: string | null
}): string {
  return withoutSlash(metadataPath ?? `${withoutSlash(location)}/metadata`)
}

function withoutSlash(path: string): string {
  return path.replace(/\/+$/, '')
}
