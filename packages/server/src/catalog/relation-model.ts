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
import type { RelationKind } from '../store/relations.ts'
import { metadataText, type MetadataText } from './metadata-text.ts'

export interface Applied<Metadata> {
  readonly metadata: Metadata
  readonly changed: boolean
  /** Metadata files that the log no longer lists, and that may be deleted after the commit. */
  readonly expired: readonly string[]
}

/** Differences between tables and views. */
export interface RelationModel<Metadata, Update, Requirement> {
  readonly kind: RelationKind
  decode(value: Json): Metadata
  /** Decodes a file to register, which engines read unchanged. */
  decodeRegistered(value: Json): Metadata
  /** Returns the JSON text that is stored and served. */
  text(metadata: Metadata): MetadataText
  /** Returns the uuid in lower case. Null: an old table without one. */
  uuid(metadata: Metadata): string | null
  location(metadata: Metadata): string
  /** Returns every location that the relation's files may be written to, its own first. */
  locations(metadata: Metadata): readonly string[]
  /** Returns the folder of the metadata files, without trailing slash. */
  metadataFolder(metadata: Metadata): string
  metadataFileName(metadata: Metadata, version: number): string
  /** Returns the form with referenced snapshots only. Null: it equals the full form. */
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
  metadataFolder: (metadata) => folderOf(tableLocations(metadata)),
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
  metadataFolder: (metadata) => folderOf(viewLocations(metadata)),
  metadataFileName: (metadata, version) =>
    viewMetadataFileName(version, crypto.randomUUID(), viewMetadataCodec(metadata.properties ?? {})),
  referencedOnly: () => null,
  check(base, requirements) {
    if (base !== null) checkViewRequirements(base, requirements)
  },
  apply: (base, updates, context) => ({ ...applyViewUpdates(base, updates, context), expired: [] }),
}

function folderOf({
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
