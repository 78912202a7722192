import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { digestOfText } from '../catalog/metadata-digest.ts'
import { decompress } from '../catalog/compressed-text.ts'
import { readRecordedMetadata } from '../catalog/recorded-metadata.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import type { Log } from '../log.ts'
import { listUnrecorded, recordDigest, type UnrecordedRelation } from '../store/metadata-digests.ts'
import type { Sql } from '../store/sql.ts'
import type { JobHandler } from './jobs.ts'

export interface RecordDigestsDeps {
  readonly sql: Sql
  readonly log: Log
  /** Finds a warehouse by its name, as `Warehouses.get` does. */
  readonly warehouses: { get(name: string): Promise<Warehouse | null> }
  /** Maximum size in bytes of a metadata file that is read. */
  readonly maxMetadataBytes: number
}

const pageSize = 20

/**
 * Records the metadata digests that are missing after an upgrade, for live and dropped tables and views in the
 * order of their ids. Metadata in the row is not checked. For metadata in storage, the digest is recorded only
 * if its uuid and locations equal those in the row. Otherwise the difference is logged, and each load fails
 * until an operator repairs the file.
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
          // Continues with the next table, because it may be in a warehouse whose storage is available.
          if (!isHeadgateError(error, 'unavailable')) throw error
          unavailable = error
        }
      }
      after = relations.at(-1)?.id ?? after
      if (relations.length < pageSize) break
      await run.save({ after })
    }
    if (unavailable === undefined) return
    // The next attempt starts from the beginning. `listUnrecorded` then returns only the rows whose digest is
    // still missing.
    await run.save({})
    throw unavailable
  }
}

async function recordOne(deps: RecordDigestsDeps, relation: UnrecordedRelation): Promise<void> {
  const text = await readText(deps, relation)
  if (text !== null) await recordDigest(deps.sql, relation, await digestOfText(text))
}

/** Returns the metadata text of a table or view, or null if its digest must not be recorded. */
async function readText(
  { warehouses, log, maxMetadataBytes }: RecordDigestsDeps,
  relation: UnrecordedRelation,
): Promise<Buffer | null> {
  const { id, body, length, crc, metadataLocation } = relation
  if (body !== null) return decompress({ compressed: body, length, crc })
  const warehouse = await warehouses.get(relation.warehouse)
  if (warehouse === null) {
    throw new HeadgateError(
      'unavailable',
      `Warehouse ${relation.warehouse} was renamed or deleted, so its metadata digests were not recorded. The job tries again.`,
    )
  }
  try {
    return await readRecordedMetadata(warehouse.storage, relation, maxMetadataBytes)
  } catch (err) {
    if (!isHeadgateError(err, 'damaged-metadata') && !isHeadgateError(err, 'no-such-file')) throw err
    log.warn(
      { err, relation: id, location: metadataLocation },
      'a metadata file does not belong to the table or view that names it in the database',
    )
    return null
  }
}
