import type { Json } from '@headgate/json'
import { decodeArray, decodeObject, decodeString, optional, required, type StringMap } from '../../fields.ts'
import { decodeProperties } from '../decode-properties.ts'

/** Credential for a part of the storage (Iceberg REST specification, `StorageCredential`). Contains secrets. */
export interface StorageCredential {
  /**
   * Prefix of the locations that the credential grants access to. The storage decides which operations the credential
   * permits.
   */
  readonly prefix: string
  /** Keys and settings with the names of Iceberg: `s3.access-key-id` … */
  readonly config: StringMap
  /** Token that renews this credential, also for a staged table. Null: the server sent no token. */
  readonly refreshToken: string | null
}

/** Decodes a list of storage credentials. */
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
