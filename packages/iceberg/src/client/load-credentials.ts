import type { Json } from '@headgate/json'
import { decodeObject, optional } from '../fields.ts'
import type { TableIdentifier } from '../rest/identifier.ts'
import { decodeResponse, requireSupport, callUnlisted } from './call.ts'
import { decodeStorageCredentials, type StorageCredential } from './credentials/storage-credential.ts'
import { toTableParams, encodeReferencedBy, type ReferencedBy } from './identifiers.ts'
import type { CallOptions, Session } from './session.ts'

export interface LoadCredentialsOptions extends CallOptions, ReferencedBy {
  /**
   * Refresh token that the server sent with a storage credential. With a token, the server renews only this
   * credential. Cannot be combined with `planId`.
   */
  readonly storageRefreshToken?: string | undefined
  /** Id of a scan plan that the server created. The server then returns the credentials for this scan. */
  readonly planId?: string | undefined
}

/**
 * Loads the storage credentials of a table.
 *
 * @throws {HeadgateError} unsupported, when the server does not list the operation
 */
export async function loadCredentials(
  session: Session,
  identifier: TableIdentifier,
  options?: LoadCredentialsOptions,
): Promise<readonly StorageCredential[]> {
  requireSupport(session, 'loadCredentials')
  return await fetchCredentials(session, identifier, options)
}

/** Loads the storage credentials of a table without checking that the server lists the operation. */
export async function fetchCredentials(
  session: Session,
  identifier: TableIdentifier,
  { storageRefreshToken, planId, referencedBy, ...options }: LoadCredentialsOptions = {},
): Promise<readonly StorageCredential[]> {
  const { json } = await callUnlisted(session, 'loadCredentials', {
    ...options,
    ...toTableParams(identifier),
    query: { storageRefreshToken, planId },
    rawQuery: { 'referenced-by': encodeReferencedBy(session, { referencedBy }) },
  })
  return decodeCredentialsResponse(json)
}

/** Decodes the response of `loadCredentials`. */
export function decodeCredentialsResponse(json: Json): readonly StorageCredential[] {
  return decodeResponse(
    'loadCredentials',
    json,
    (value) => optional(decodeObject(value), 'storage-credentials', decodeStorageCredentials) ?? [],
  )
}
