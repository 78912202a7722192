import { invalid } from '../field-error.ts'
import type { TableMetadata } from './types.ts'

const VERSION = /^\d{1,9}$/

/** Compression of metadata files, the value of `write.metadata.compression-codec`. */
export type MetadataCodec = 'none' | 'gzip'

/**
 * Returns the name of a metadata file.
 *
 * @param uuid new UUID for this file, so that no two files have the same name
 *
 * @example metadataFileName(3, uuid, 'gzip') // '00003-<uuid>.gz.metadata.json'
 */
export function metadataFileName(version: number, uuid: string, codec: MetadataCodec): string {
  return `${String(version).padStart(5, '0')}-${uuid}${codec === 'gzip' ? '.gz' : ''}.metadata.json`
}

/**
 * Returns the version in the name of a metadata file, or -1 if the name contains no version, as in file-system
 * catalogs.
 */
export function parseMetadataVersion(location: string): number {
  const name = location.slice(location.lastIndexOf('/') + 1)
  const dash = name.indexOf('-')
  const version = dash < 0 ? '' : name.slice(0, dash)
  return VERSION.test(version) ? Number(version) : -1
}

/**
 * Returns the compression of the metadata files of a table.
 *
 * @throws {HeadgateError} `bad-request` when the property of the table contains an unknown codec
 */
export function parseMetadataCodec(metadata: TableMetadata): MetadataCodec {
  const name = property(metadata, 'write.metadata.compression-codec') ?? 'none'
  const codec = name.toLowerCase()
  if (codec === 'none' || codec === 'gzip') return codec
  throw invalid(`Invalid codec name: ${name}`)
}

/** Locations of the files of a table. A path is null if no property sets it; the files are then under `location`. */
export interface TableLocations {
  readonly location: string
  /** Value of `write.data.path`, or of one of its two earlier names. May be relative to the location. */
  readonly dataPath: string | null
  /** Value of `write.metadata.path`. May be relative to the location. */
  readonly metadataPath: string | null
  /**
   * All locations in the metadata, including unused ones. Different writers read different properties, so all these
   * locations must be checked before access is granted.
   */
  readonly all: readonly string[]
}

/** Returns the locations of the files of a table, as `LocationProviders` of Iceberg determines them. */
export function tableLocations(metadata: TableMetadata): TableLocations {
  const data = property(metadata, 'write.data.path')
  const objectStorage = property(metadata, 'write.object-storage.path')
  const folder = property(metadata, 'write.folder-storage.path')
  const metadataPath = property(metadata, 'write.metadata.path')
  const spread = property(metadata, 'write.object-storage.enabled')?.toLowerCase() === 'true'
  const named = [metadata.location, data, objectStorage, folder, metadataPath].filter(
    (path) => path !== undefined,
  )
  return {
    location: metadata.location,
    dataPath: data ?? (spread ? objectStorage : undefined) ?? folder ?? null,
    metadataPath: metadataPath ?? null,
    all: [...new Set(named)],
  }
}

function property(metadata: TableMetadata, name: string): string | undefined {
  return Object.hasOwn(metadata.properties, name) ? metadata.properties[name] : undefined
}
