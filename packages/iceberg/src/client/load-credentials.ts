import type { Json } from '@headgate/json'
import { decodeObject, optional } from '../fields.ts'
import type { TableIdentifier } from '../rest/identifier.ts'
import { readAs, requireSupport, send } from './call.ts'
import { decodeStorageCredentials, type StorageCredential } from './credentials/storage-credential.ts'
import { placeOf, referencedByOf, type ReferencedBy } from './place.ts'
import type { CallOptions, Session } from './session.ts'

export interface LoadCredentialsOptions extends CallOptions, ReferencedBy {
  /** Renews the one credential that it came with. Excludes `planId`. */
  readonly storageRefreshToken?: string | undefined
  /** Credentials of a scan that the server planned. */
  readonly planId?: string | undefined
}

export async function loadCredentials(
  session: Session,
  identifier: TableIdentifier,
  options?: LoadCredentialsOptions,
): Promise<readonly StorageCredential[]> {
  requireSupport(session, 'loadCredentials')
  return await fetchCredentials(session, identifier, options)
}

/** The same, also where the server does not list the operation. */
export async function fetchCredentials(
  session: Session,
  identifier: TableIdentifier,
  { storageRefreshToken, planId, referencedBy, ...options }: LoadCredentialsOptions = {},
): Promise<readonly StorageCredential[]> {
  const { json } = await send(session, 'loadCredentials', {
    ...options,
    ...placeOf(identifier),
    query: { storageRefreshToken, planId },
    rawQuery: { 'referenced-by': referencedByOf(session, { referencedBy }) },
  })
  return readCredentials(json)
}

export function readCredentials(json: Json): readonly StorageCredential[] {
  return readAs(
    'loadCredentials',
    json,
    (value) => optional(decodeObject(value), 'storage-credentials', decodeStorageCredentials) ?? [],
  )
}
