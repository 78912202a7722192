import type { Caller } from '../catalog/caller.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import type { ProvenIdentity } from '../proven-identity.ts'
import type { IssuedStorageAccess } from './issue-storage-access.ts'
import type { StoragePermission } from './storage-grant.ts'
import type { StorageAccessResponse } from './wire-form.ts'

/**
 * Records in the audit event which storage access the server issued. Returns the response to the client, or null when
 * no access was issued.
 */
export function auditedResponse(
  { audit }: Pick<Caller, 'audit'>,
  issued: IssuedStorageAccess | null,
): StorageAccessResponse | null {
  if (issued === null) return null
  const { grant, response } = issued
  addToAudit(audit, grant.warehouse, grant.permission)
  const keyId = response.credentials[0]?.config['s3.access-key-id']
  if (keyId !== undefined) audit.detail = { ...audit.detail, keyId }
  return response
}

/** Adds the permission of issued storage access, and the vending mode of the warehouse, to an audit event. */
export function addToAudit(
  audit: Caller['audit'],
  { vending }: Warehouse,
  permission: StoragePermission,
): void {
  audit.detail = { ...audit.detail, handedOut: permission, mode: vending.mode }
}

/**
 * Returns the identity of the caller with the query id of the request header. A query id in the token of the caller
 * takes precedence.
 */
export function identityWithQuery({ identity, audit }: Caller): ProvenIdentity {
  if (identity.queryId !== undefined || audit.queryId === undefined) return identity
  return { ...identity, queryId: audit.queryId }
}
