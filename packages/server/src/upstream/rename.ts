import { stringify } from '@headgate/json'
import type { OperationId, TableIdentifier } from '@headgate/iceberg/rest'
import { missingRelation } from '../catalog/existing.ts'
import type { RelationRef } from '../catalog/target.ts'
import type { IcebergKind } from '../store/relations.ts'
import { moveUpstreamRelation } from '../store/upstream-relations.ts'
import { afterChange } from './after-change.ts'
import type { UpstreamCaller, UpstreamDeps } from './deps.ts'
import { authorizeNamespace } from './find-name.ts'
import { confirmName } from './load.ts'
import { recordNamespace } from './record.ts'

const renames = { table: 'renameTable', view: 'renameView' } as const satisfies Record<
  IcebergKind,
  OperationId
>

/**
 * Renames a table or view in the upstream catalog, and then moves its database row, which keeps its grants.
 * The caller needs the privilege `manage` on the relation and `create` on the namespace of the new name. If
 * the process ends between these steps, the next load by the new name moves the row.
 */
export async function renameRelation(
  deps: UpstreamDeps,
  caller: UpstreamCaller,
  kind: IcebergKind,
  source: RelationRef,
  destination: RelationRef,
  idempotencyKey: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { warehouse, identifier } = source
  const { audit } = caller
  const { known } = await confirmName(deps, caller, source, kind, 'manage', signal)
  const { object, securable, privilege } = audit
  await authorizeNamespace(deps, caller, warehouse, destination.identifier.namespace, 'create', false)
  const upstream = await deps.upstreams.get(warehouse, caller)
  Object.assign(audit, { object, privilege, ...(securable === undefined ? {} : { securable }) })
  audit.detail = {
    ...audit.detail,
    upstream: upstream.host,
    to: toJson(destination.identifier),
  }
  await upstream.call(
    {
      id: renames[kind],
      target: {},
      body: stringify({ source: toJson(identifier), destination: toJson(destination.identifier) }),
      idempotencyKey,
      begin: () => caller.begin(),
      missing: () => missingRelation(kind, identifier),
    },
    signal,
  )
  if (known === null) return
  await afterChange(caller, () =>
    deps.sql.transaction(async (tx) => {
      const namespaceId = await recordNamespace(tx, warehouse.id, destination.identifier.namespace)
      await moveUpstreamRelation(tx, known.id, { namespaceId, name: destination.identifier.name })
    }),
  )
}

function toJson({ namespace, name }: TableIdentifier): { namespace: string[]; name: string } {
  return { namespace: [...namespace], name }
}
