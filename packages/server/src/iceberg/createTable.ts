import { randomUUID } from 'node:crypto'
import { createTableMetadata, stringifyTableMetadata, type TableMetadata } from '@headgate/iceberg/metadata'
import { type CreateTableRequest, decodeCreateTableRequest } from '@headgate/iceberg/rest'
import { createRelation } from '../catalog/create-relation.ts'
import { takenError } from '../catalog/existing.ts'
import { defaultLocation } from '../catalog/locations.ts'
import { tableModel } from '../catalog/relation-model.ts'
import { stageTable } from '../catalog/stage-table.ts'
import type { StorageAccessResponse } from '../credentials/wire-form.ts'
import type { Answer, Call, Operation } from '../http/operation.ts'
import { idempotent } from '../idempotency/idempotent.ts'
import { findStagedById } from '../store/staged-relations.ts'
import { admitInNamespace } from './admission.ts'
import { etagOf, metadataAnswer } from './answers.ts'
import { findPlace, warehouseOf } from './find.ts'
import { answerRelation } from './loadTable.ts'
import { namespaceParam } from './names.ts'
import type { IcebergParts } from './parts.ts'
import { placeRightsOf } from './place-rights.ts'
import { findEarlier } from './replay.ts'
import { ridersOf } from './riders.ts'
import { route } from './route.ts'
import { loadResultSuffix } from './load-result.ts'
import { auditRequestedAccess, newTable, storageAccess, storageAccessBeforeCreate } from './storage-access.ts'

/** Time that a reservation lasts after the last storage access to it may have been renewed. */
const reservationMarginMs = 3_600_000

/** Creates a table, or with `stage-create` prepares one that the client's first commit will create. */
export function createTable(parts: IcebergParts): Operation {
  const handle = async (call: Call): Promise<Answer> => {
    const warehouse = await warehouseOf(parts, call)
    const request = decodeCreateTableRequest(await call.json({ keepNumberText: true }), parts.nameLimits)
    const at = { warehouse, identifier: { namespace: namespaceParam(parts, call), name: request.name } }
    const compose = (uuid: string, location: string): TableMetadata =>
      composed(request, uuid, location, parts.now())
    return idempotent(
      parts.idempotency,
      call,
      async (keep) => {
        const { found: place, decision } = await findPlace(parts, call, at)
        if (place.relation !== null) throw takenError('table', place.relation.kind, at.identifier)
        const id = randomUUID()
        const metadata = compose(randomUUID(), request.location ?? defaultLocation(warehouse))
        auditRequestedAccess(parts, call, warehouse, 'read-write')
        const riders = ridersOf(call, decision, keep(200, id))
        const ownerId = call.identity.principal.id
        const placeRights = isChosen(request)
          ? await placeRightsOf(parts, call, place.namespaceChain, decision)()
          : null
        const holding = newTable(place, { id, staged: request.stageCreate, ...placesOf(metadata) }, ownerId)
        const early = await storageAccessBeforeCreate(parts, call, holding, placeRights)
        const access = async (): Promise<StorageAccessResponse | null> =>
          early ?? storageAccess(parts, call, holding)
        if (request.stageCreate) {
          const reservationSeconds = (parts.refresh.lifetimes.capMs + reservationMarginMs) / 1_000
          const staging = { id, place, metadata, principalId: ownerId, placeRights, reservationSeconds }
          await stageTable(parts, staging, riders)
          return stagedAnswer(metadata, await access())
        }
        const creation = { place, metadata, id, ownerId, placeRights }
        const { file, metadataKey } = await createRelation(
          parts,
          tableModel,
          parts.tableModels,
          creation,
          riders,
        )
        const handedOut = await access()
        return metadataAnswer({
          location: file.location,
          text: file.text,
          ending: loadResultSuffix(handedOut),
          etag: etagOf(metadataKey, 'all', handedOut?.version),
        })
      },
      async (outcome) => {
        const { relationId } = outcome
        const staged =
          request.stageCreate && relationId !== null ? await findStagedById(parts.sql, relationId) : null
        if (staged !== null && relationId !== null) {
          const { found: place } = await findPlace(parts, call, at)
          const metadata = compose(staged.uuid, request.location ?? withoutSlash(staged.location))
          const table = { id: relationId, staged: true, ...placesOf(metadata) }
          const holding = newTable(place, table, call.identity.principal.id)
          return stagedAnswer(metadata, await storageAccess(parts, call, holding))
        }
        return answerRelation(
          parts,
          call,
          await findEarlier(parts, call, { at, kind: 'table', relationId: outcome.relationId }, 'select'),
          'all',
        )
      },
    )
  }
  return route('createTable', handle, { admit: (call) => admitInNamespace(parts, call, 'create') })
}

function composed(request: CreateTableRequest, uuid: string, location: string, now: number): TableMetadata {
  const { schema, partitionSpec, writeOrder, properties } = request
  return createTableMetadata({
    uuid,
    location,
    schema,
    ...(partitionSpec === undefined ? {} : { spec: partitionSpec }),
    ...(writeOrder === undefined ? {} : { order: writeOrder }),
    properties,
    now,
  })
}

function placesOf(metadata: TableMetadata): { location: string; locations: readonly string[] } {
  return { location: metadata.location, locations: tableModel.locations(metadata) }
}

/** Returns true when the client chose a location: only random ones cannot overlap with another. */
function isChosen({ location, properties }: CreateTableRequest): boolean {
  return (
    location !== undefined ||
    Object.keys(properties).some((key) =>
      /^write\.(?:data|metadata|object-storage|folder-storage)\.path$/.test(key),
    )
  )
}

function stagedAnswer(metadata: TableMetadata, access: StorageAccessResponse | null): Answer {
  return metadataAnswer({
    location: null,
    text: Buffer.from(stringifyTableMetadata(metadata)),
    ending: loadResultSuffix(access),
    etag: null,
  })
}

function withoutSlash(location: string): string {
  return location.replace(/\/$/, '')
}
