import type { OperationId } from '@headgate/iceberg/rest'
import { isHeadgateError } from '@headgate/errors'
import { missingNamespace, missingRelation } from '../catalog/existing.ts'
import type { RelationRef } from '../catalog/target.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import type { IcebergKind } from '../store/relations.ts'
import { removeUpstreamNamespace, removeUpstreamRelation } from '../store/upstream-relations.ts'
import { afterChange } from './after-change.ts'
import type { UpstreamCaller, UpstreamDeps } from './deps.ts'
import { authorizeNamespace } from './find-name.ts'
import { confirmName } from './load.ts'

const drops = { table: 'dropTable', view: 'dropView' } as const satisfies Record<IcebergKind, OperationId>

/**
 * Drops a table or view in the upstream catalog, and then deletes its database row with its grants. If the
 * process ends between these steps, the row remains, but its grants have no effect: a later table with the
 * same name has another UUID.
 *
 * @param purge whether the upstream catalog also deletes the files. Some catalogs always delete them
 */
export async function dropRelation(
  deps: UpstreamDeps,
  caller: UpstreamCaller,
  kind: IcebergKind,
  ref: RelationRef,
  purge: boolean,
  idempotencyKey: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { warehouse, identifier } = ref
  const { known } = await confirmName(deps, caller, ref, kind, 'manage', signal)
  const upstream = await deps.upstreams.get(warehouse, caller)
  caller.audit.detail = { ...caller.audit.detail, upstream: upstream.host }
  const always = (await upstream.dialect(signal)).purge === 'always'
  try {
    await upstream.call(
      {
        id: drops[kind],
        target: { identifier },
        query: kind === 'table' ? { purgeRequested: String(purge || always) } : {},
        idempotencyKey,
        begin: () => caller.begin(),
        missing: () => missingRelation(kind, identifier),
      },
      signal,
    )
  } catch (error) {
    const isMissing = isHeadgateError(error, 'no-such-table') || isHeadgateError(error, 'no-such-view')
    if (isMissing && known !== null) await removeUpstreamRelation(deps.sql, known.id)
    throw error
  }
  if (known !== null) await afterChange(caller, () => removeUpstreamRelation(deps.sql, known.id))
}

/** Drops an empty namespace in the upstream catalog, and then deletes its database row with its grants. */
export async function dropNamespace(
  deps: UpstreamDeps,
  caller: UpstreamCaller,
  warehouse: Warehouse,
  levels: readonly string[],
  idempotencyKey: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { id } = await authorizeNamespace(deps, caller, warehouse, levels, 'manage', false)
  const upstream = await deps.upstreams.get(warehouse, caller)
  caller.audit.detail = { ...caller.audit.detail, upstream: upstream.host }
  await upstream.call(
    {
      id: 'dropNamespace',
      target: { namespace: levels },
      idempotencyKey,
      begin: () => caller.begin(),
      missing: () => missingNamespace(levels),
    },
    signal,
  )
  if (id !== null)
    await afterChange(caller, () => deps.sql.transaction(async (tx) => removeUpstreamNamespace(tx, id)))
}
