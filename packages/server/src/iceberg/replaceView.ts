import { HeadgateError } from '@headgate/errors'
import { decodeCommitViewRequest, sameIdentifier } from '@headgate/iceberg/rest'
import type { ViewUpdate } from '@headgate/iceberg/view'
import { definerOf } from '../access/through-views.ts'
import { commitRelation } from '../catalog/commit-relation.ts'
import { nameKey } from '../catalog/name-key.ts'
import { viewModel } from '../catalog/relation-model.ts'
import type { Answer, Call, Operation } from '../http/operation.ts'
import { idempotent } from '../idempotency/idempotent.ts'
import { admitCommit } from './admission.ts'
import { etagOf, metadataAnswer } from './answers.ts'
import { emptyConfig } from './load-result.ts'
import { findRelation, policyOf, warehouseOf } from './find.ts'
import { answerRelation } from './loadTable.ts'
import { relationParam } from './names.ts'
import type { IcebergParts } from './parts.ts'
import { placeRightsOf } from './place-rights.ts'
import { findCommitted } from './replay.ts'
import { ridersOf } from './riders.ts'
import { route } from './route.ts'

export function replaceView(parts: IcebergParts): Operation {
  const handle = async (call: Call): Promise<Answer> => {
    const warehouse = await warehouseOf(parts, call)
    const identifier = relationParam(parts, call, 'view')
    const request = decodeCommitViewRequest(await call.json({ keepNumberText: true }), parts.nameLimits)
    if (request.identifier !== undefined && !sameIdentifier(request.identifier, identifier)) {
      throw new HeadgateError('bad-request', 'The identifier in the body names another view than the path.')
    }
    const at = { warehouse, identifier }
    const { signal } = call
    return idempotent(
      parts.idempotency,
      call,
      async (keep) =>
        parts.serial.run(nameKey(warehouse.id, identifier), async () => {
          signal.throwIfAborted()
          const { found, decision } = await findRelation(parts, call, at, 'view', 'modify')
          const riders = ridersOf(call, decision, keep(200, found.relation.id))
          const placeRights = placeRightsOf(parts, call, found.chain, decision)
          const { metadataLocation, metadataKey, text } = await commitRelation(
            parts,
            viewModel,
            parts.viewModels,
            found,
            request.updates.some(changesWhatItSays)
              ? {
                  ...request,
                  placeRights,
                  definerId: definerOf(await policyOf(parts, call, decision.policyVersion)),
                }
              : { ...request, placeRights },
            riders,
          )
          return metadataAnswer({
            location: metadataLocation,
            text,
            ending: emptyConfig,
            etag: etagOf(metadataKey, 'all'),
          })
        }),
      async (outcome) =>
        answerRelation(
          parts,
          call,
          await findCommitted(parts, call, { at, kind: 'view', relationId: outcome.relationId }),
          'all',
        ),
    )
  }
  return route('replaceView', handle, { admit: (call) => admitCommit(parts, call, 'view') })
}

/** Only then is it the caller's: who sets a property does not stand in for what somebody else wrote. */
function changesWhatItSays({ action }: ViewUpdate): boolean {
  return action === 'add-view-version' || action === 'set-current-view-version'
}
