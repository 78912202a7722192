import { invalid } from '../field-error.ts'
import type { TableMetadata } from './types.ts'

const VERSION = /^\d{1,9}$/

/** How a metadata file is compressed; the value of `write.metadata.compression-codec`. */
export type MetadataCodec = 'none' | 'gzip'

/**
 * The name of a metadata file. The uuid is the file's own, not the table's: names must never meet.
 *
 * @example metadataFileName(3, uuid, 'gzip') // '00003-<uuid>.gz.metadata.json'
 */
export function metadataFileName(version: number, uuid: string, codec: MetadataCodec): string {
  return `${String(version).padStart(5, '0')}-${uuid}${codec === 'gzip' ? '.gz' : ''}.metadata.json`
}

/** The number at the start of a metadata file's name; -1 when it has none, as in tables of file-system catalogs. */
export function metadataVersionOf(location: string): number {
  const name = location.slice(location.lastIndexOf('/') + 1)
  const dash = name.indexOf('-')
  const version = dash < 0 ? '' : name.slice(0, dash)
  return VERSION.test(version) ? Number(version) : -1
}

/** @throws {HeadgateError} bad-request when the table asks for a codec that does not exist */
export function metadataCodecOf(metadata: TableMetadata): MetadataCodec {
  const name = property(metadata, 'write.metadata.compression-codec') ?? 'none'
  const codec = name.toLowerCase()
  if (codec === 'none' || codec === 'gzip') return codec
  throw invalid(`Invalid codec name: ${name}`)
}

/** Where a table's files are. Paths are null when the table has not set them: then they are under its location. */
export interface TableLocations {
  readonly location: string
  /** `write.data.path`, or one of the two older names of it. May be relative to the location. */
  readonly dataPath: string | null
  /** `write.metadata.path`. May be relative to the location. */
  readonly metadataPath: string | null
  /**
   * Each location that the table names, whether or not it is in use now: writers differ in which of the older
   * properties they follow, so all of these must be checked before access is given.
   */
  readonly all: readonly string[]
}

/** Where a table says that its files are and will be (Iceberg's `LocationProviders`); locations as they are written. */
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
