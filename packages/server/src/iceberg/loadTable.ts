import { decodeIfNoneMatch, decodeSnapshotMode, matchesEtag } from '@headgate/iceberg/rest'
import { missingMetadataFile } from '../catalog/metadata-file.ts'
import type { Target } from '../catalog/target.ts'
import type { GrantedView } from '../credentials/storage-grant.ts'
import type { Answer, Call, Operation } from '../http/operation.ts'
import { metadataKeyOf } from '../store/relations.ts'
import { acceptsGzip, etagOf, notModified, packedAnswer, plainAnswer } from './answers.ts'
import { warehouseOf } from './find.ts'
import { keptAnswer } from './kept-answers.ts'
import { relationParam } from './names.ts'
import type { IcebergParts } from './parts.ts'
import { route } from './route.ts'
import { loadResultSuffix } from './load-result.ts'
import { existingTable, storageAccess } from './storage-access.ts'
import { findReadable } from './through-views.ts'

/** One query finds, authorises and fetches the table; its text is spliced into the answer as it was written. */
export function loadTable(parts: IcebergParts): Operation {
  return route('loadTable', async (call) => {
    const form = decodeSnapshotMode(call.query.get('snapshots') ?? undefined)
    const at = { warehouse: await warehouseOf(parts, call), identifier: relationParam(parts, call, 'table') }
    const { found, views } = await findReadable(parts, call, at, 'table', form)
    return answerRelation(parts, call, found, form, views)
  })
}

/** The answer to loading a relation that may be loaded; `views`: views that it is read through. */
export async function answerRelation(
  parts: IcebergParts,
  call: Call,
  target: Target,
  form: 'all' | 'refs',
  views: readonly GrantedView[] = [],
): Promise<Answer> {
  const { relation, warehouse } = target
  const location = relation.metadataLocation
  if (parts.verifyMetadataFiles && warehouse.storage.existsSync?.(location) === false)
    throw missingMetadataFile(location)
  const access =
    relation.kind === 'table' ? await storageAccess(parts, call, existingTable(target, views)) : null
  const etag = (): string => etagOf(metadataKeyOf(relation), form, access?.version)
  const condition = call.method === 'GET' ? call.header('if-none-match') : undefined
  if (condition !== undefined && matchesEtag(decodeIfNoneMatch(condition), etag())) return notModified(etag())
  const served = await parts.bodies.get(target, relation, form)
  const at = { place: target, form, served }
  if (acceptsGzip(call.header('accept-encoding'), served)) {
    return keptAnswer(parts, { ...at, encoding: 'packed' }, access, (isKept) =>
      packedAnswer(location, served, loadResultSuffix(access), etag(), isKept),
    )
  }
  const text = served.plain ?? (await parts.bodies.inflated(target, form, served))
  return keptAnswer(parts, { ...at, encoding: 'plain' }, access, (isKept) =>
    plainAnswer({ location, text, ending: loadResultSuffix(access), etag: etag() }, isKept),
  )
}
