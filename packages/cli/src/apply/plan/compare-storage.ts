import type { Warehouse } from '../../management/generated/schemas.ts'
import { withoutEndSlash } from './same-location.ts'
import type { S3StorageEntry, StorageEntry } from '../document/warehouse-entry.ts'

/** Differences between the storage of a document and that of a warehouse. */
export interface StorageDifference {
  /** Settings that never change, as `bucket is "a" and not "b"`. */
  readonly fixed: readonly string[]
  /** New name of the store. Undefined: the same. */
  readonly store: string | undefined
  /** New permission bits of files. Undefined: the same. */
  readonly fileMode: string | undefined
  /** Whether the keys of the document are others. */
  readonly keys: boolean
}

/** Settings that identify the place of a warehouse, or how the server reaches it. */
const fixedSettings = {
  s3: ['bucket', 'prefix', 'endpoint', 'region', 'pathStyle', 'credentials'],
  file: ['root', 'bucket'],
} as const

/**
 * Compares the storage of a document with that of a warehouse. Settings that the document does not contain are equal, except
 * the prefix: without one the location is the whole bucket.
 *
 * @param accessKeyId access key id of the document. Undefined: it has none, or its place is empty
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

/** Removes slashes at the ends, which do not change a location. */
function normalize(value: unknown): unknown {
  return typeof value === 'string' ? withoutEndSlash(value).replace(/^\/+/, '') : value
}

function difference(name: string, present: unknown, wanted: unknown): string {
  return `${name} is ${JSON.stringify(present ?? null)} and not ${JSON.stringify(wanted)}`
}
