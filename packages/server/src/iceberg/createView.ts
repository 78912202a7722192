import { randomUUID } from 'node:crypto'
import { decodeCreateViewRequest } from '@headgate/iceberg/rest'
import { createViewMetadata } from '@headgate/iceberg/view'
import { definerOf } from '../access/through-views.ts'
import { createRelation } from '../catalog/create-relation.ts'
import { takenError } from '../catalog/existing.ts'
import { defaultLocation } from '../catalog/locations.ts'
import { viewModel } from '../catalog/relation-model.ts'
import type { Answer, Call, Operation } from '../http/operation.ts'
import { idempotent } from '../idempotency/idempotent.ts'
import { admitInNamespace } from './admission.ts'
import { etagOf, metadataAnswer } from './answers.ts'
import { emptyConfig } from './load-result.ts'
import { findPlace, policyOf, warehouseOf } from './find.ts'
import { answerRelation } from './loadTable.ts'
import { namespaceParam } from './names.ts'
import type { IcebergParts } from './parts.ts'
import { placeRightsOf } from './place-rights.ts'
import { findEarlier } from './replay.ts'
import { ridersOf } from './riders.ts'
import { route } from './route.ts'

export function createView(parts: IcebergParts): Operation {
  const handle = async (call: Call): Promise<Answer> => {
    const warehouse = await warehouseOf(parts, call)
    const {
      name,
      location,
      schema,
      viewVersion: version,
      properties,
    } = decodeCreateViewRequest(await call.json({ keepNumberText: true }), parts.nameLimits)
    const at = { warehouse, identifier: { namespace: namespaceParam(parts, call), name } }
    return idempotent(
      parts.idempotency,
      call,
      async (keep) => {
        const { found: place, decision } = await findPlace(parts, call, at)
        if (place.relation !== null) throw takenError('view', place.relation.kind, at.identifier)
        const id = randomUUID()
        const metadata = createViewMetadata({
          uuid: randomUUID(),
          location: location ?? defaultLocation(warehouse),
          schema,
          version,
          properties,
          now: parts.now(),
        })
        const isChosen = location !== undefined || properties['write.metadata.path'] !== undefined
        const creation = {
          place,
          metadata,
          id,
          ownerId: call.identity.principal.id,
          definerId: definerOf(await policyOf(parts, call, decision.policyVersion)),
          placeRights: isChosen ? await placeRightsOf(parts, call, place.namespaceChain, decision)() : null,
        }
        const { file, metadataKey } = await createRelation(
          parts,
          viewModel,
          parts.viewModels,
          creation,
          ridersOf(call, decision, keep(200, id)),
        )
        return metadataAnswer({
          location: file.location,
          text: file.text,
          ending: emptyConfig,
          etag: etagOf(metadataKey, 'all'),
        })
      },
      async (outcome) =>
        answerRelation(
          parts,
          call,
          await findEarlier(parts, call, { at, kind: 'view', relationId: outcome.relationId }, 'select'),
          'all',
        ),
    )
  }
  return route('createView', handle, { admit: (call) => admitInNamespace(parts, call, 'create') })
}
