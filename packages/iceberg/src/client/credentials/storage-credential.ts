import type { Json } from '@headgate/json'
import { decodeArray, decodeObject, decodeString, optional, required, type StringMap } from '../../fields.ts'
import { decodeProperties } from '../decode-properties.ts'

/** Access to a part of storage (Iceberg REST specification, `StorageCredential`). Holds secrets. */
export interface StorageCredential {
  /** Of locations that it is for. What it may do there only the storage knows. */
  readonly prefix: string
  readonly config: StringMap
  /** Renews this very credential, also of a table that is only staged; null where the server has no such tokens. */
  readonly refreshToken: string | null
}

export function decodeStorageCredentials(value: Json): readonly StorageCredential[] {
  return decodeArray(value, (item) => {
    const object = decodeObject(item)
    return {
      prefix: required(object, 'prefix', decodeString),
      config: required(object, 'config', decodeProperties),
      refreshToken: optional(object, 'storage-refresh-token', decodeString) || null,
    }
  })
}
