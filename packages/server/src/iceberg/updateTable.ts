import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { type CommitTableRequest, decodeCommitTableRequest, sameIdentifier } from '@headgate/iceberg/rest'
import { commitRelation, type Committed } from '../catalog/commit-relation.ts'
import { nameKey } from '../catalog/name-key.ts'
import { tableModel } from '../catalog/relation-model.ts'
import { Stale } from '../catalog/stale.ts'
import type { Answer, Call, Operation } from '../http/operation.ts'
import { metadataKeyOf } from '../store/relations.ts'
import { idempotent, type Keep } from '../idempotency/idempotent.ts'
import { admitCommit } from './admission.ts'
import { etagOf, metadataAnswer } from './answers.ts'
import { metadataOnly } from './load-result.ts'
import { createStaged } from './create-staged.ts'
import { allowRelation, type LookedUp, lookUp, type RelationPlace, warehouseOf } from './find.ts'
import { relationParam } from './names.ts'
import type { IcebergParts } from './parts.ts'
import { placeRightsOf } from './place-rights.ts'
import { findCommitted } from './replay.ts'
import { ridersOf } from './riders.ts'
import { route } from './route.ts'

/** A commit: `assert-create` makes a staged table real, everything else changes an existing one. */
export function updateTable(parts: IcebergParts): Operation {
  const handle = async (call: Call): Promise<Answer> => {
    const warehouse = await warehouseOf(parts, call)
    const identifier = relationParam(parts, call, 'table')
    const request = decodeCommitTableRequest(await call.json({ keepNumberText: true }), parts.nameLimits)
    if (request.identifier !== undefined && !sameIdentifier(request.identifier, identifier)) {
      throw new HeadgateError('bad-request', 'The identifier in the body names another table than the path.')
    }
    const at = { warehouse, identifier }
    const { signal } = call
    const creates = request.requirements.some(({ type }) => type === 'assert-create')
    return idempotent(
      parts.idempotency,
      call,
      async (keep) => {
        if (creates) return committed(await createStaged(parts, call, at, request, keep))
        return parts.serial.run(nameKey(warehouse.id, identifier), async () => {
          signal.throwIfAborted()
          const result = await commit(parts, call, at, request, keep)
          return committed(result)
        })
      },
      async (outcome) => {
        const found = await findCommitted(parts, call, { at, kind: 'table', relationId: outcome.relationId })
        const text = await parts.bodies.plain(found, found.relation, 'all')
        const { metadataLocation } = found.relation
        return committed({ metadataLocation, metadataKey: metadataKeyOf(found.relation), text })
      },
    )
  }
  return route('updateTable', handle, { admit: (call) => admitCommit(parts, call, 'table') })
}

/**
 * Commits from where the last commit through this replica left the table, which the compare-and-swap checks, and if
 * that does not succeed for any known reason, from where the table really stands.
 */
async function commit(
  parts: IcebergParts,
  call: Call,
  at: RelationPlace,
  request: CommitTableRequest,
  keep: Keep,
): Promise<Committed> {
  const remembered = parts.standings.take(at.warehouse, at.identifier)
  if (remembered !== undefined) {
    try {
      // The policy may have changed since. The compare-and-swap repeats the version of the one that decides now.
      const resolved = { ...remembered, policyVersion: call.policy.version }
      const found = { ...at, resolved, held: parts.bodies.held(at, 'all') }
      return await commitFrom(parts, call, found, request, keep)
    } catch (error) {
      if (!mayBeOutdated(error)) throw error
    }
  }
  return commitFrom(parts, call, await lookUp(parts, at, 'all'), request, keep)
}

/** Returns whether a commit may have failed only because the cached row is outdated. */
function mayBeOutdated(error: unknown): boolean {
  if (error instanceof Stale) return true
  return isHeadgateError(error) && (error.kind.status < 500 || error.code === 'damaged-metadata')
}

async function commitFrom(
  parts: IcebergParts,
  call: Call,
  at: LookedUp,
  request: CommitTableRequest,
  keep: Keep,
): Promise<Committed> {
  const { found, decision } = await allowRelation(parts, call, at, 'table', 'modify')
  const riders = ridersOf(call, decision, keep(200, found.relation.id))
  const placeRights = placeRightsOf(parts, call, found.chain, decision)
  const change = { ...request, placeRights }
  const result = await commitRelation(parts, tableModel, parts.tableModels, found, change, riders)
  parts.standings.keep(at.warehouse, at.identifier, { ...at.resolved, relation: result.relation })
  return result
}

function committed({ metadataLocation, metadataKey, text }: Omit<Committed, 'relation'>): Answer {
  return metadataAnswer({
    location: metadataLocation,
    text,
    ending: metadataOnly,
    etag: etagOf(metadataKey, 'all'),
  })
}
