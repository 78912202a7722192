import { unregister } from '../catalog/drop-relation.ts'
import { digestOfText } from '../catalog/metadata-digest.ts'
import { readMetadataText } from '../catalog/metadata-file.ts'
import { damagedMetadata } from '../catalog/recorded-metadata.ts'
import type { Operation } from '../http/operation.ts'
import { idempotent } from '../idempotency/idempotent.ts'
import { metadataAnswer } from './answers.ts'
import { metadataOnly } from './load-result.ts'
import { findRelation, warehouseOf } from './find.ts'
import { relationParam } from './names.ts'
import type { IcebergParts } from './parts.ts'
import { ridersOf } from './riders.ts'
import { route } from './route.ts'

/** Forgets a table and hands its metadata over. */
export function unregisterTable(parts: IcebergParts): Operation {
  return route('unregisterTable', async (call) => {
    const at = { warehouse: await warehouseOf(parts, call), identifier: relationParam(parts, call, 'table') }
    return idempotent(
      parts.idempotency,
      call,
      async (keep) => {
        const { found, decision } = await findRelation(parts, call, at, 'table', 'manage')
        const text = await parts.bodies.plain(found, found.relation, 'all')
        const { id, metadataLocation: location } = found.relation
        const digest = await digestOfText(text)
        await unregister(parts, found, ridersOf(call, decision, keep(200, id, { location, digest })))
        return metadataAnswer({
          location,
          text,
          ending: metadataOnly,
          etag: null,
        })
      },
      async ({ metadataLocation, metadataDigest }) => {
        // The table is gone; its newest metadata file is not.
        const location = metadataLocation ?? ''
        const text = await readMetadataText(at.warehouse.storage, location, parts.maxMetadataBytes)
        if (metadataDigest !== null && (await digestOfText(text)) !== metadataDigest)
          throw damagedMetadata({ kind: 'table', metadataLocation: location })
        return metadataAnswer({ location, text, ending: metadataOnly, etag: null })
      },
    )
  })
}
