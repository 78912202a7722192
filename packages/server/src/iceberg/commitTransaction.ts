import { decodeCommitTransactionRequest, formatIdentifier, type TableChange } from '@headgate/iceberg/rest'
import type { Decision } from '../access/decision.ts'
import { replacementError } from '../catalog/commit-relation.ts'
import { creationError, prepareCreate } from '../catalog/create-relation.ts'
import { type Prepared, prepareReplace } from '../catalog/prepare.ts'
import { tableModel } from '../catalog/relation-model.ts'
import { composeStagedCreate } from '../catalog/staged-create.ts'
import { swap } from '../catalog/swap.ts'
import { type Place, standingOf } from '../catalog/target.ts'
import type { Answer, Call, Operation } from '../http/operation.ts'
import { idempotent } from '../idempotency/idempotent.ts'
import type { Standing } from '../store/relation-writes.ts'
import { admitInWarehouse, allowInWarehouse } from './admission.ts'
import { noContent } from './answers.ts'
import { commonPolicyVersion } from './common-policy-version.ts'
import { allowPlace, allowRelation, type LookedUp, lookUp, warehouseOf } from './find.ts'
import type { IcebergParts } from './parts.ts'
import { placeRightsOf } from './place-rights.ts'
import { ridersOf, type Touched } from './riders.ts'
import { route } from './route.ts'

interface Share {
  /** Null: this table does not change; then it must stay where it stands while the others do. */
  readonly prepared: Prepared | null
  readonly unchanged: Standing | null
  readonly place: Place
  readonly decision: Decision
  readonly touched: Touched
}

/** Changes of several tables, staged creates among them: all or none. Everything is checked before anything is written. */
export function commitTransaction(parts: IcebergParts): Operation {
  const handle = async (call: Call): Promise<Answer> => {
    const warehouse = await warehouseOf(parts, call)
    await allowInWarehouse(parts, call, warehouse)
    const { tableChanges } = decodeCommitTransactionRequest(
      await call.json({ keepNumberText: true }),
      parts.nameLimits,
    )
    return idempotent(
      parts.idempotency,
      call,
      async (keep) => {
        const looked = await Promise.all(
          tableChanges.map(async (change) => {
            const at = { warehouse, identifier: change.identifier }
            return { change, at: await lookUp(parts, at, isCreate(change) ? 'none' : 'all') }
          }),
        )
        const shares: Share[] = []
        for (const { change, at } of looked) shares.push(await prepare(parts, call, at, change))
        const changes = shares.map(({ prepared }) => prepared).filter((prepared) => prepared !== null)
        const [first, ...others] = shares.map(({ decision }) => decision)
        const policyVersion =
          first === undefined ? call.policy.version : commonPolicyVersion(first, ...others)
        call.audit.object = `${warehouse.name}:${tableChanges.map(({ identifier }) => formatIdentifier(identifier)).join(', ')}`
        const touched = shares.map((share) => share.touched)
        const riders = ridersOf(
          call,
          { outcome: 'allow', privilege: 'modify', policyVersion },
          keep(204, null),
          touched,
        )
        const unchanged = shares.map((share) => share.unchanged).filter((standing) => standing !== null)
        await swap(parts, changes, riders, unchanged).catch((error: unknown) => {
          const created = shares.find(({ prepared }) => prepared?.write.type === 'create')
          throw created === undefined
            ? replacementError(error, 'table')
            : creationError(error, 'table', created.place)
        })
        return noContent
      },
      () => Promise.resolve(noContent),
    )
  }
  const admit = (call: Call): Promise<void> => admitInWarehouse(parts, call, ['modify', 'create'])
  return route('commitTransaction', handle, { admit })
}

function isCreate({ requirements }: TableChange): boolean {
  return requirements.some(({ type }) => type === 'assert-create')
}

async function prepare(parts: IcebergParts, call: Call, at: LookedUp, change: TableChange): Promise<Share> {
  const object = `${at.warehouse.name}:${formatIdentifier(change.identifier)}`
  if (isCreate(change)) {
    const { found: place, decision } = await allowPlace(parts, call, at)
    const placeRights = placeRightsOf(parts, call, place.namespaceChain, decision)
    const ownerId = call.identity.principal.id
    const creation = await composeStagedCreate(parts, place, { ...change, placeRights }, ownerId)
    const prepared = await prepareCreate(parts, tableModel, parts.tableModels, creation)
    return {
      prepared,
      unchanged: null,
      place,
      decision,
      touched: { object, securable: { kind: 'relation', id: creation.id } },
    }
  }
  const { found, decision } = await allowRelation(parts, call, at, 'table', 'modify')
  const placeRights = placeRightsOf(parts, call, found.chain, decision)
  const prepared = await prepareReplace(parts, tableModel, parts.tableModels, found, {
    ...change,
    placeRights,
  })
  const unchanged = prepared === null ? standingOf(found) : null
  return {
    prepared,
    unchanged,
    place: found,
    decision,
    touched: { object, securable: { kind: 'relation', id: found.relation.id } },
  }
}
