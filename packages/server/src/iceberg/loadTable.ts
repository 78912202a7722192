import { decodeIfNoneMatch, decodeSnapshotMode, matchesEtag } from '@headgate/iceberg/rest'
import { missingMetadataFile } from '../catalog/metadata-file.ts'
import type { Target } from '../catalog/target.ts'
import type { Answer, Call, Operation } from '../http/operation.ts'
import { acceptsGzip, etagOf, metadataAnswer, notModified, packedMetadataAnswer } from './answers.ts'
import { findRelation, warehouseOf } from './find.ts'
import { relationParam } from './names.ts'
import type { IcebergParts } from './parts.ts'
import { route } from './route.ts'

/** One query finds, authorises and fetches the table; its text is spliced into the answer as it was written. */
export function loadTable(parts: IcebergParts): Operation {
  return route('loadTable', async (call) => {
    const form = decodeSnapshotMode(call.query.get('snapshots') ?? undefined)
    const at = { warehouse: await warehouseOf(parts, call), identifier: relationParam(parts, call, 'table') }
    const { found } = await findRelation(parts, call, at, 'table', 'select', form)
    return answerRelation(parts, call, found, form)
  })
}

/** The answer to loading a relation that may be loaded. */
export async function answerRelation(
  parts: IcebergParts,
  call: Call,
  target: Target,
  form: 'all' | 'refs',
): Promise<Answer> {
  const { relation, warehouse } = target
  const location = relation.metadataLocation
  if (parts.verifyMetadataFiles && warehouse.storage.existsSync?.(location) === false)
    throw missingMetadataFile(location)
  const etag = etagOf(location, form)
  const condition = call.method === 'GET' ? call.header('if-none-match') : undefined
  if (condition !== undefined && matchesEtag(decodeIfNoneMatch(condition), etag)) {
    return notModified(etag)
  }
  const served = await parts.bodies.get(relation, form, warehouse.storage)
  if (acceptsGzip(call.header('accept-encoding'), served))
    return packedMetadataAnswer(location, served, {}, etag)
  const text = served.plain ?? (await parts.bodies.plain(relation, form, warehouse.storage))
  return metadataAnswer({ location, text, config: {}, etag })
}
