import type { Caller } from '../catalog/caller.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import type { ProvenIdentity } from '../proven-identity.ts'
import type { IssuedStorageAccess } from './issue-storage-access.ts'
import type { StoragePermission } from './storage-grant.ts'
import type { StorageAccessResponse } from './wire-form.ts'

/** Records issued storage access in the audit event. Returns the response. */
export function auditAccess(
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

/** Adds storage access to an audit event. */
export function addToAudit(
  audit: Caller['audit'],
  { vending }: Warehouse,
  permission: StoragePermission,
): void {
  audit.detail = { ...audit.detail, handedOut: permission, mode: vending.mode }
}

/** Adds the query id of the request header, unless the token of the caller contains one. */
export function identityWithQuery({ identity, audit }: Caller): ProvenIdentity {
  if (identity.queryId !== undefined || audit.queryId === undefined) return identity
  return { ...identity, queryId: audit.queryId }
}
