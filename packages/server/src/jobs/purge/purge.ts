import { HeadgateError, isHeadgateError } from '@headgate/errors'
import type { TableMetadata } from '@headgate/iceberg/metadata'
import type { JsonObject } from '@headgate/json'
import { parseMetadataText } from '../../catalog/metadata-file.ts'
import { decompress } from '../../catalog/compressed-text.ts'
import { readRecordedMetadata } from '../../catalog/recorded-metadata.ts'
import { tableModel } from '../../catalog/relation-model.ts'
import type { Warehouse } from '../../catalog/warehouses.ts'
import type { Log } from '../../log.ts'
import { findPurgeSubject, forgetDropped, type PurgeSubject } from '../../store/dropped-relations.ts'
import { deleteGrantsOn } from '../../store/grants.ts'
import type { Sql } from '../../store/sql.ts'
import type { JobRun } from '../job-run.ts'
import type { JobHandler } from '../jobs.ts'
import { ownEvent } from '../own-event.ts'
import { PurgedFiles } from './purged-files.ts'
import { PurgeScope } from './scope.ts'
import { SnapshotPurge } from './snapshots.ts'
import { purgeLanceFiles } from './lance-files.ts'
import { isOurChoice, sweepLocation } from './sweep-location.ts'

export interface PurgeDeps {
  readonly sql: Sql
  readonly log: Log
  /** Finds a warehouse by its name, as `Warehouses.get` does. */
  readonly warehouses: { get(name: string): Promise<Warehouse | null> }
  /** Maximum size in bytes of a metadata file that is read. */
  readonly maxMetadataBytes: number
}

const saveEveryMs = 1_000

/**
 * Deletes all files of a dropped table or view and then its row. The order of deletions makes the job
 * resumable: a file is deleted after all files that it names, the newest metadata file after all other files,
 * and the row last.
 */
export function purgeHandler(deps: PurgeDeps): JobHandler {
  return async (run) => {
    const subject = run.subjectId === null ? null : await findPurgeSubject(deps.sql, run.subjectId)
    if (subject === null) return
    const warehouse = await deps.warehouses.get(subject.warehouse)
    if (warehouse?.id !== subject.warehouseId) {
      throw new HeadgateError(
        'unavailable',
        'The warehouse was just renamed or recreated, so this attempt of the purge ends. The purge runs again.',
      )
    }
    const scope = await PurgeScope.open(deps.sql, subject.id, warehouse)
    const files = new PurgedFiles(warehouse.storage, scope, run, readCounts(run.progress))
    if (subject.kind === 'lance-table') await purgeLanceFiles(warehouse, subject.location, run.signal, files)
    else await purgeIcebergFiles(deps, run, subject, warehouse, scope, files)
    run.check()
    const detail = { files: 'deleted', ...files.counts }
    if (files.counts.unreadable > 0)
      deps.log.warn({ relation: subject.id, ...detail }, 'a purge found files that it could not read')
    const event = ownEvent({
      operation: 'purgeRelation',
      relationId: subject.id,
      object: subject.object,
      detail,
      requestId: run.id,
    })
    await deps.sql.transaction(async (tx) => {
      await forgetDropped(tx, [subject.id], [event])
      await deleteGrantsOn(tx, [subject.id])
    })
  }
}

async function purgeIcebergFiles(
  deps: PurgeDeps,
  run: JobRun,
  subject: PurgeSubject,
  warehouse: Warehouse,
  scope: PurgeScope,
  files: PurgedFiles,
): Promise<void> {
  const { location, metadataLocation } = subject
  const named = await purgeNamedFiles(deps, run, subject, warehouse, scope, files)
  const swept = named !== 'data-kept' && isOurChoice(location, warehouse.root)
  if (swept) await sweepLocation(warehouse.storage, location, metadataLocation, run.signal, files)
  // The metadata file is the only list of the remaining files, so it is kept for the operator.
  if (named !== 'unreadable' || swept) await files.delete([metadataLocation])
}

/** Outcome for the files that the metadata names. `data-kept`: the table has `gc.enabled=false`. */
type NamedFiles = 'deleted' | 'data-kept' | 'unreadable'

/** Deletes all files that the metadata of the table names, except the metadata file itself. */
async function purgeNamedFiles(
  deps: PurgeDeps,
  run: JobRun,
  subject: PurgeSubject,
  warehouse: Warehouse,
  scope: PurgeScope,
  files: PurgedFiles,
): Promise<NamedFiles> {
  if (subject.kind !== 'table') return 'deleted'
  const metadata = await readTable(deps, subject, warehouse)
  if (metadata === 'missing') return 'deleted'
  if (metadata === 'unreadable') {
    files.counts.unreadable += 1
    return 'unreadable'
  }
  const withData = metadata.properties['gc.enabled']?.toLowerCase() !== 'false'
  const snapshots = new SnapshotPurge({
    storage: warehouse.storage,
    files,
    scope,
    signal: run.signal,
    withData,
  })
  const begin = readNumber(run.progress, 'snapshots')
  let savedAt = performance.now()
  for (const [index, snapshot] of metadata.snapshots.entries()) {
    if (index < begin) continue
    await snapshots.purge(snapshot)
    const now = performance.now()
    if (now - savedAt < saveEveryMs) continue
    savedAt = now
    await run.save({ snapshots: index + 1, ...files.counts })
  }
  if (metadata.snapshots.length > begin)
    await run.save({ snapshots: metadata.snapshots.length, ...files.counts })
  await files.delete(
    [...metadata.statistics, ...metadata['partition-statistics']].map((file) => file['statistics-path']),
  )
  await files.delete(
    metadata['metadata-log']
      .map((entry) => entry['metadata-file'])
      .filter((file) => file !== subject.metadataLocation),
  )
  return withData ? 'deleted' : 'data-kept'
}

/**
 * Reads the metadata from the row or from storage. The metadata file is missing in storage if an earlier run
 * deleted it, but was interrupted before it deleted the row.
 */
async function readTable(
  deps: PurgeDeps,
  subject: PurgeSubject,
  warehouse: Warehouse,
): Promise<TableMetadata | 'missing' | 'unreadable'> {
  const { body, length, crc, metadataLocation } = subject
  try {
    const text =
      body === null
        ? await readRecordedMetadata(warehouse.storage, subject, deps.maxMetadataBytes)
        : await decompress({ compressed: body, length, crc })
    return tableModel.decode(parseMetadataText(text, metadataLocation))
  } catch (error) {
    if (isHeadgateError(error, 'no-such-file')) return 'missing'
    if (isHeadgateError(error, 'bad-request') || isHeadgateError(error, 'damaged-metadata'))
      return 'unreadable'
    throw error
  }
}

function readCounts(progress: JsonObject): { deleted: number; spared: number; unreadable: number } {
  return {
    deleted: readNumber(progress, 'deleted'),
    spared: readNumber(progress, 'spared'),
    unreadable: readNumber(progress, 'unreadable'),
  }
}

function readNumber(progress: JsonObject, name: string): number {
  const value = progress[name]
  return typeof value === 'number' ? value : 0
}
