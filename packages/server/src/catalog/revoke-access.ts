import { HeadgateError } from '@headgate/errors'
import type { CommitRecord } from '../store/commit-record.ts'
import { revokeRelation, revokeWarehouse } from '../store/revocations.ts'
import type { CatalogDeps } from './deps.ts'
import { Stale } from './stale.ts'
import type { Target } from './target.ts'
import type { Warehouse, Warehouses } from './warehouses.ts'

type Deps = Pick<CatalogDeps, 'sql' | 'now'> & { readonly warehouses: Warehouses }

/**
 * Revokes all storage access and refresh tokens that were issued in a warehouse before this moment. Returns
 * the time of the revocation in epoch ms.
 *
 * @throws Stale when the warehouse was deleted or the policy changed in the meantime
 */
export async function revokeWarehouseAccess(
  { sql, now, warehouses }: Deps,
  { id }: Pick<Warehouse, 'id'>,
  record: CommitRecord,
): Promise<number> {
  const notBefore = await revokeWarehouse(sql, id, now(), record)
  if (notBefore === null) throw new Stale()
  warehouses.forget()
  return notBefore
}

/**
 * Revokes all storage access and refresh tokens that were issued for a table before this moment. Returns the
 * time of the revocation in epoch ms.
 *
 * @throws HeadgateError `bad-request` for a view
 * @throws Stale when the table was dropped or the policy changed in the meantime
 */
export async function revokeTableAccess(
  { sql, now }: Pick<Deps, 'sql' | 'now'>,
  { relation }: Target,
  record: CommitRecord,
): Promise<number> {
  if (relation.kind === 'view')
    throw new HeadgateError('bad-request', 'A view has no storage access to revoke. Name a table.')
  const notBefore = await revokeRelation(sql, relation.id, now(), record)
  if (notBefore === null) throw new Stale()
  return notBefore
}
