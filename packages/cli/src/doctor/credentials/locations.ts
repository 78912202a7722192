import type { LoadedTable } from '@headgate/iceberg/client'

/** Locations of the files of a table. */
export interface TableLocations {
  /** Location of the folder of the table. */
  readonly table: string
  /** Location of the folder in which engines write new data files. */
  readonly data: string
  /** Location of the metadata file, or null if the table is only staged. */
  readonly metadataFile: string | null
}

export type StorageKind = 's3' | 'gcs' | 'adls' | 'file' | 'other'

/** Returns the locations of a table (Iceberg table specification, `write.data.path`). */
export function readLocations({ metadata, metadataLocation }: LoadedTable): TableLocations {
  const table = metadata.location.replace(/\/+$/, '')
  const properties = metadata.properties ?? {}
  const data = properties['write.data.path'] ?? properties['write.folder-storage.path'] ?? `${table}/data`
  return { table, data: data.replace(/\/+$/, ''), metadataFile: metadataLocation }
}

export function toStorageKind(location: string): StorageKind {
  const scheme = /^([a-z0-9+.-]+):/i.exec(location)?.[1]?.toLowerCase() ?? 'file'
  if (/^s3[an]?$/.test(scheme)) return 's3'
  if (scheme === 'gs') return 'gcs'
  if (/^(abfss?|wasbs?)$/.test(scheme)) return 'adls'
  return scheme === 'file' ? 'file' : 'other'
}
