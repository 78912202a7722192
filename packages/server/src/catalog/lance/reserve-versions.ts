import { abortBatch, reserveVersions } from '../../store/lance-versions.ts'
import { tryTransaction } from '../../store/try-transaction.ts'
import { isViolation } from '../../store/violation.ts'
import type { CommitDeps } from '../commit/deps.ts'
import type { Target } from '../target.ts'
import type { Warehouse } from '../warehouses.ts'
import { toNewVersion } from './create-version.ts'
import { conflict, type PlannedVersion } from './plan-version.ts'
import { removeHidden } from './settle-versions.ts'

/** Time in seconds after which any process may abort a batch. Longer than every request. */
const batchSeconds = 120

/** Version that a batch commits. */
export interface ReservedVersion {
  readonly target: Target
  readonly planned: PlannedVersion
}

/**
 * Reserves the versions of a batch, which hides them. Returns false when one of the tables was deleted meanwhile.
 *
 * @throws HeadgateError `commit-failed` when another request has reserved or committed one of them
 */
export async function reserveAll(
  { sql }: Pick<CommitDeps, 'sql'>,
  reserved: readonly ReservedVersion[],
  { batchId, principalId }: { readonly batchId: string; readonly principalId: string },
): Promise<boolean> {
  const [first] = reserved
  if (first === undefined) return true
  const rows = reserved.map(({ target, planned }) => ({
    relationId: target.relation.id,
    ...toNewVersion(planned, principalId),
    outdated: planned.outdated,
  }))
  try {
    const isReserved = await tryTransaction(
      sql,
      async (tx) => (await reserveVersions(tx, rows, { batchId, seconds: batchSeconds })) === rows.length,
    )
    if (isReserved) return true
  } catch (error) {
    if (isViolation(error, 'lance_version_relation_id_fkey')) return false
    throw error
  }
  throw conflict(first.target, first.planned.version, 'another request commits a version of the same table')
}

/** Aborts the batch of this process, and removes the manifests that it published. */
export async function abortReserved(
  deps: CommitDeps,
  { storage, name }: Warehouse,
  batchId: string,
  reserved: readonly ReservedVersion[],
): Promise<void> {
  if (reserved.length === 0) return
  try {
    await removeHidden(deps, storage, await abortBatch(deps.sql, batchId, true), AbortSignal.timeout(60_000))
  } catch (err) {
    // The error is only logged: the reservation of the batch expires, and a background job then aborts the batch.
    deps.log.warn({ err, warehouse: name }, 'a batch of versions was not aborted yet')
  }
}
