import type { Warehouse } from '../../management/generated/schemas.ts'
import { withoutEndSlash } from './same-location.ts'
import type { S3StorageEntry, StorageEntry } from '../document/warehouse-entry.ts'

/** Differences between the storage in a document and the storage of the existing warehouse. */
export interface StorageDifference {
  /** Differences in settings that never change, such as `bucket is "a" and not "b"`. */
  readonly fixed: readonly string[]
  /** New name of the store, or undefined if it does not change. */
  readonly store: string | undefined
  /** New permission bits of files, or undefined if they do not change. */
  readonly fileMode: string | undefined
  /** Whether the storage keys in the document differ from those of the warehouse. */
  readonly keys: boolean
}

/** Storage settings that cannot be changed after the creation of a warehouse, by type of storage. */
const fixedSettings = {
  s3: ['bucket', 'prefix', 'endpoint', 'region', 'pathStyle', 'credentials'],
  file: ['root', 'bucket'],
} as const

/**
 * Compares the storage in a document with the storage of the existing warehouse. A setting that the document omits
 * counts as equal, except the prefix: without a prefix, the location is the whole bucket.
 *
 * @param accessKeyId access key id of the document, or undefined if the document has none or its variable or file is
 * missing
 */
export function compareStorage(
  entry: StorageEntry,
  { storage, hasSecret }: Pick<Warehouse, 'storage' | 'hasSecret'>,
  accessKeyId: string | undefined,
): StorageDifference {
  const type = storage['type']
  if (type !== entry.type)
    return {
      fixed: [difference('type', type, entry.type)],
      store: undefined,
      fileMode: undefined,
      keys: false,
    }
  const wanted: Readonly<Record<string, unknown>> = { ...entry }
  const fixed = fixedSettings[entry.type].flatMap((name) => {
    const value = name === 'prefix' ? (wanted[name] ?? '') : wanted[name]
    const present = storage[name] ?? (name === 'prefix' ? '' : undefined)
    return value === undefined || normalize(value) === normalize(present)
      ? []
      : [difference(name, present, value)]
  })
  const changed = (name: string): string | undefined => {
    const value = wanted[name]
    return typeof value === 'string' && value !== storage[name] ? value : undefined
  }
  return {
    fixed,
    store: changed('store'),
    fileMode: changed('fileMode'),
    keys: entry.type === 's3' && hasOtherKeys(entry, storage['accessKeyId'], hasSecret, accessKeyId),
  }
}

function hasOtherKeys(
  { secretAccessKey }: S3StorageEntry,
  present: unknown,
  hasSecret: boolean,
  accessKeyId: string | undefined,
): boolean {
  if (secretAccessKey === undefined) return false
  return !hasSecret || (accessKeyId !== undefined && accessKeyId !== present)
}

/** Removes slashes at the start and the end, which do not change a location. */
function normalize(value: unknown): unknown {
  return typeof value === 'string' ? withoutEndSlash(value).replace(/^\/+/, '') : value
}

function difference(name: string, present: unknown, wanted: unknown): string {
  return `${name} is ${JSON.stringify(present ?? null)} and not ${JSON.stringify(wanted)}`
}
