import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { digestOfText } from '../catalog/metadata-digest.ts'
import { decompress } from '../catalog/compressed-body.ts'
import { readRecordedMetadata } from '../catalog/recorded-metadata.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import type { Log } from '../log.ts'
import { listUnrecorded, recordDigest, type UnrecordedRelation } from '../store/metadata-digests.ts'
import type { Sql } from '../store/sql.ts'
import type { JobHandler } from './jobs.ts'

export interface RecordDigestsDeps {
  readonly sql: Sql
  readonly log: Log
  /** By name; `Warehouses.get`. */
  readonly warehouses: { get(name: string): Promise<Warehouse | null> }
  /** Bytes of a metadata file that will be read. */
  readonly maxMetadataBytes: number
}

const pageSize = 20

/**
 * Records the digests that are missing after an upgrade, of live and dropped relations in order of their ids. A text in
 * the row needs no check. A text in storage is recorded when its uuid and locations equal the row's; another one is
 * logged and keeps its error at each load until it is repaired.
 */
export function recordDigestsHandler(deps: RecordDigestsDeps): JobHandler {
  return async (run) => {
    let after = typeof run.progress['after'] === 'string' ? run.progress['after'] : null
    let unavailable: unknown
    for (;;) {
      const relations = await listUnrecorded(deps.sql, after, pageSize)
      for (const relation of relations) {
        run.check()
        try {
          await recordOne(deps, relation)
        } catch (error) {
          run.check()
          // The storage of one warehouse does not hold up the relations of others.
          if (!isHeadgateError(error, 'unavailable')) throw error
          unavailable = error
        }
      }
      after = relations.at(-1)?.id ?? after
      if (relations.length < pageSize) break
      await run.save({ after })
    }
    if (unavailable === undefined) return
    // The next attempt begins with the first relation again: only those that are missing still are listed.
    await run.save({})
    throw unavailable
  }
}

async function recordOne(deps: RecordDigestsDeps, relation: UnrecordedRelation): Promise<void> {
  const text = await textOf(deps, relation)
  if (text !== null) await recordDigest(deps.sql, relation, await digestOfText(text))
}

/** Returns null for a text that cannot be recorded. */
async function textOf(
  { warehouses, log, maxMetadataBytes }: RecordDigestsDeps,
  relation: UnrecordedRelation,
): Promise<Buffer | null> {
  const { id, body, length, crc, metadataLocation } = relation
  if (body !== null) return decompress({ compressed: body, length, crc })
  const warehouse = await warehouses.get(relation.warehouse)
  if (warehouse === null) {
    throw new HeadgateError(
      'unavailable',
      `Warehouse ${relation.warehouse} was renamed or deleted: try again.`,
    )
  }
  try {
    return await readRecordedMetadata(warehouse.storage, relation, maxMetadataBytes)
  } catch (err) {
    if (!isHeadgateError(err, 'damaged-metadata') && !isHeadgateError(err, 'no-such-file')) throw err
    log.warn({ err, relation: id, location: metadataLocation }, 'a metadata file is not that of its relation')
    return null
  }
}
